import { connectDatabase } from '../db/connect.ts';
import { asCore, type Seller, type Sold } from './bookings/sellers.ts';
import { milliseconds, perSecond, ratio, whole, type Report, type Row } from './measure/report.ts';
import { median } from './measure/rounds.ts';
import type { BenchOptions } from './options.ts';
import { startBuyers } from './parts/buyers.ts';
import { type Searchers, type SearchPlan, type SearchResult, startSearchers } from './parts/searchers.ts';
import { startShop } from './parts/shop.ts';
import { fillCatalogue } from './search/fill.ts';

/** Buyers at once: a sale that core has well in hand, so that a crowd beside it shows in how long they wait. */
const CLIENTS = 8;
const FULL = {
  rounds: 5,
  bookings: 200,
  searchers: 64,
  catalogue: { events: 200_000, trains: 100, runs: 5000, syllables: 40 },
};
const SMOKE = {
  rounds: 1,
  bookings: 8,
  searchers: 4,
  catalogue: { events: 300, trains: 2, runs: 2, syllables: 10 },
};
type Size = typeof FULL;

/** Buyers alone, beside a crowd that searches at core, and beside the same searches without core's bounds; in turn. */
export async function benchBrowsing({ smoke }: BenchOptions): Promise<Report> {
  const size = smoke ? SMOKE : FULL;
  const shop = await startShop({ seats: (3 * size.rounds + 3) * size.bookings, standing: 10 }, !smoke);
  const [core, buyers, searchers] = await Promise.all([
    shop.core(),
    startBuyers(shop, size.bookings),
    startSearchers(),
  ]);
  try {
    const texts = await fill(core.databaseUrl, size);
    const atCore = { url: core.url, clients: size.searchers, texts };
    const rounds = await measure(asCore(core, { buyers, shop }), searchers, size, {
      'beside the crowd': atCore,
      'beside it, without bounds': { ...atCore, url: core.databaseUrl },
    });
    return toReport(rounds, size);
  } finally {
    await Promise.all([core.stop(), buyers.stop(), searchers.stop()]);
    await shop.stop();
  }
}

/** Makes the catalogue, and some hundred texts to search it by, each with two letters changed over: the dearest kind of search. */
async function fill(databaseUrl: string, { catalogue }: Size): Promise<string[]> {
  const sql = connectDatabase(databaseUrl, { max: 1, statementTimeoutMs: 600_000 });
  try {
    await fillCatalogue(sql, catalogue);
    const named = await sql<{ name: string }[]>`
      SELECT name FROM events WHERE kind = 'event' ORDER BY hashtext(id) LIMIT 300`;
    return named.map(({ name }) => name.replace(/^(..)(.)(.)/, '$1$3$2'));
  } finally {
    await sql.end();
  }
}

type Round = { sold: Sold; searched: SearchResult | null };
type Rounds = Record<string, Round[]>;

async function measure(
  seller: Seller,
  searchers: Searchers,
  { rounds, bookings }: Size,
  crowds: Record<string, SearchPlan>,
): Promise<Rounds> {
  const sell = () => seller.sell({ count: bookings, clients: Math.min(CLIENTS, bookings), wants: 'seats' });
  // For the compiler, and for passes and plans that are not known yet.
  for (let n = 0; n < 3; n += 1) await sell();
  const all: Rounds = { alone: [] };
  for (let round = 0; round < rounds; round += 1) {
    (all['alone'] ??= []).push({ sold: await sell(), searched: null });
    for (const [name, plan] of Object.entries(crowds)) {
      const { done, searched } = await searchers.during(plan, sell);
      (all[name] ??= []).push({ sold: done, searched });
    }
  }
  return all;
}

function toReport(rounds: Rounds, { bookings, searchers, catalogue }: Size): Report {
  const alone = rounds['alone'] ?? [];
  const crowds = Object.keys(rounds).filter((name) => name !== 'alone');
  const refused = Object.values(rounds).flatMap((all) => all.map(({ sold }) => bookings - sold.confirmed));
  const unserved = refused.reduce((sum, count) => sum + count, 0);
  return {
    title: `Buyers beside ${searchers} people who search ${whole(catalogue.events)} events without a pause`,
    rows: [
      ...crowds.flatMap((name) => toRatios(name, rounds[name] ?? [], alone)),
      ['buyers who got no booking, of all rounds', whole(unserved), { value: unserved, bound: { atMost: 0 } }],
      ...Object.entries(rounds).flatMap(([name, all]) => toRows(name, all)),
    ],
    notes: [
      `Real: core as it ships, Postgres with fsync, Redis; ${CLIENTS} clients buy a seat each (hold, booking, paid event), ${whole(bookings)} a round. The crowd asks core itself: no edge keeps answers or counts clients before it.`,
      'Core searches for two at a time, and who has waited for too long is told that it is busy and asks again a second later. Without bounds each of the crowd has a connection to Postgres for the same searches.',
      'Both processors are shared by core, Postgres, Redis and both loads: what searches use of them buyers have less, whatever pools there are.',
    ],
  };
}

const of = (rounds: readonly Round[], pick: (sold: Sold) => number): number =>
  median(rounds.map(({ sold }) => pick(sold)));

function toRatios(name: string, beside: readonly Round[], alone: readonly Round[]): Row[] {
  const rates = beside.map(
    ({ sold }, i) => sold.confirmedPerSecond / (alone[i]?.sold.confirmedPerSecond ?? Number.NaN),
  );
  return [
    [`bookings a second, ${name} ÷ alone`, ratio(median(rates)), { value: median(rates) }],
    ['  each round', rates.map(ratio).join(' ')],
  ];
}

function toRows(name: string, rounds: readonly Round[]): Row[] {
  const rate = of(rounds, (sold) => sold.confirmedPerSecond);
  const searched = rounds.flatMap((round) => round.searched ?? []);
  const search = (pick: (one: SearchResult) => number) => median(searched.map(pick));
  return [
    [`bookings a second, ${name}`, perSecond(rate), { value: rate }],
    ['  a hold, p50', milliseconds(of(rounds, ({ hold }) => hold.p50Ms))],
    ['  a hold, p99', milliseconds(of(rounds, ({ hold }) => hold.p99Ms))],
    ['  a booking, p50', milliseconds(of(rounds, ({ book }) => book.p50Ms))],
    ['  a booking, p99', milliseconds(of(rounds, ({ book }) => book.p99Ms))],
    ...(searched.length === 0
      ? []
      : ([
          ['  searches answered a second', perSecond(search((one) => one.perSecond))],
          ['  a search, p50', milliseconds(search((one) => one.p50Ms))],
          ['  searches refused or timed out, a round', whole(search((one) => one.refused))],
        ] satisfies Row[])),
  ];
}
