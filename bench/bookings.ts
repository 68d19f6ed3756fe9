import { checkHistory } from '../tests/checker/check-history.ts';
import { readStoredState } from '../tests/checker/read-state.ts';
import { PATTERN_NAMES, PATTERNS, type PatternName } from './bookings/patterns/all.ts';
import { measureCeiling } from './bookings/ceiling.ts';
import { asCore, startPatterns, type Patterns, type Seller, type Sold } from './bookings/sellers.ts';
import { perSecond, ratio, whole, type Report, type Row } from './measure/report.ts';
import { median } from './measure/rounds.ts';
import type { BenchOptions } from './options.ts';
import { startBuyers, type Buyers } from './parts/buyers.ts';
import { startShop } from './parts/shop.ts';

/** Clients at once: the crowd of a sale, as large as B1 serves without a 503 (at 512 it does not); and those that the hot zone's goal names. */
const [CROWD, CLIENTS] = [384, 128];
/** Bookings of a round: of core, and of a pattern, which is as long busy with fewer. Many to each client, so that its ends weigh little. */
const FULL = {
  rounds: 5,
  few: 3,
  ours: 6000,
  theirs: 1000,
  warm: 3,
  stormSeats: 40,
  storm: 800,
  killed: 200,
  shown: 4,
};
const SMOKE = { rounds: 1, few: 1, ours: 12, theirs: 6, warm: 1, stormSeats: 4, storm: 40, killed: 12, shown: 1 };
type Size = typeof FULL;
/** Patterns that are shown beside those which the goals are about. */
const SHOWN = ['B4', 'B5', 'B6', 'B7'] as const satisfies readonly PatternName[];

/** Rounds of several sellers in turn, so that all meet the same moods of the machine: what each sold, round by round. */
type Rounds = Map<Seller, Sold[]>;

/** Confirmed, durable bookings a second over HTTP, core's and those of the patterns that others use, in the same run. */
export async function benchBookings({ smoke }: BenchOptions): Promise<Report> {
  const size = smoke ? SMOKE : FULL;
  const seats = (size.rounds + size.few + size.warm + 2) * size.ours + size.stormSeats;
  const shop = await startShop({ seats, standing: 1_000_000 }, !smoke);
  const [core, buyers] = await Promise.all([shop.core(), startBuyers(shop, Math.max(size.ours, size.storm))]);
  const patterns = await startPatterns(shop, buyers);
  try {
    const ours = asCore(core, { buyers, shop });
    return await measure(ours, patterns, size, buyers);
  } finally {
    await Promise.all([core.stop(), patterns.stop(), buyers.stop()]);
    await shop.stop();
  }
}

async function measure(ours: Seller, patterns: Patterns, size: Size, buyers: Buyers): Promise<Report> {
  const [b1, b2] = [await patterns.seller('B1'), await patterns.seller('B2')];
  const [b1Better, b2Better] = [await patterns.seller('B1+'), await patterns.seller('B2+')];
  const rivals = [ours, b1, b2, b1Better, b2Better];
  // Few clients: a process that compiles would keep many waiting for too long.
  await inTurn(rivals, 'seats', 16, { ...size, rounds: 1 });
  // Then as many as it takes until the compiler has little left to do, which shows in the processor time of the rounds that follow.
  await inTurn(rivals, 'seats', CROWD, { ...size, rounds: size.warm });
  const storms = [await storm(ours, size), await storm(await patterns.seller('B0'), size)];
  const seats = await inTurn(rivals, 'seats', CROWD, size);
  const few = await inTurn([ours, b1, b2], 'seats', CLIENTS, { ...size, rounds: size.few });
  const hot = await inTurn([ours, b1, b1Better], 'standing', CLIENTS, size);
  const shown: Rounds = new Map();
  for (const name of SHOWN.slice(0, size.shown))
    for (const [seller, sold] of await oneRound(await patterns.seller(name), size)) shown.set(seller, sold);
  const theirs = median((seats.get(b1) ?? []).map((sold) => sold.confirmedPerSecond));
  const ceiling = await measureCeiling(buyers, { count: size.ours, clients: Math.min(CROWD, size.ours), theirs });
  const lost = await killWriteBehind(patterns, size);
  return {
    title: 'Confirmed bookings over HTTP (hold, booking, paid event): core ÷ the patterns of others',
    rows: [
      ...toRatio(`÷ B1, distinct seats, ${CROWD} clients`, seats, ours, b1, 5),
      ...toRatio(`÷ B2, distinct seats, ${CROWD} clients`, seats, ours, b2, 5),
      ...toRatio(`÷ B1, one hot zone, ${CLIENTS} clients`, hot, ours, b1, 10),
      ...toRatio(`÷ B1, distinct seats, ${CLIENTS} clients`, few, ours, b1),
      ...toRatio(`÷ B2, distinct seats, ${CLIENTS} clients`, few, ours, b2),
      ...toRatio(`÷ B1+, distinct seats, ${CROWD} clients`, seats, ours, b1Better),
      ...toRatio(`÷ B2+, distinct seats, ${CROWD} clients`, seats, ours, b2Better),
      ...toRatio(`÷ B1+, one hot zone, ${CLIENTS} clients`, hot, ours, b1Better),
      ...toRates(`confirmed a second, distinct seats, ${CROWD} clients`, seats),
      ...toRates(`confirmed a second, distinct seats, ${CLIENTS} clients`, few),
      ...toRates(`confirmed a second, one hot zone, ${CLIENTS} clients`, hot),
      ...toRates(`confirmed a second, distinct seats, ${CLIENTS} clients`, shown),
      ...ceiling,
      ...storms.flat(),
      ...lost,
    ],
    notes: [
      'Real: core as it ships; every pattern in a server of its own behind core’s own HTTP layer; Postgres with fsync and synchronous_commit, a database each; Redis; signed webhooks; one load process for all.',
      'A booking counts once Postgres says confirmed. Rates are of confirmed bookings alone; in these rounds every buyer can have what they want, and who is refused all the same is shown. Passes are known, and the compiler is done with most, from a warm-up.',
      'Patterns write the same rows as core. They wait for each statement of a transaction before they send the next, as their sources do; B1+ and B2+ send all inserts in one go, which no source does, and has no goal. Theirs is no hold but B2’s and B3’s keys, no limit, no outbox delivery: what that saves is theirs. Buyers pay at once, so that core tells Redis of many bookings once instead of twice: that is core’s. Between rounds core tells Redis of the last bookings, which no rate counts and the processor time does.',
      ...PATTERN_NAMES.map(
        (name) => `${name}: ${PATTERNS[name].about}; pattern as described in ${PATTERNS[name].source}.`,
      ),
    ],
  };
}

async function inTurn(
  sellers: readonly Seller[],
  wants: 'seats' | 'standing',
  clients: number,
  size: Size,
): Promise<Rounds> {
  const rounds: Rounds = new Map(sellers.map((seller) => [seller, []]));
  for (let round = 0; round < size.rounds; round += 1)
    for (const [seller, sold] of rounds) {
      const count = seller.name === 'core' ? size.ours : size.theirs;
      sold.push(await sellOne(seller, wants, count, clients));
    }
  return rounds;
}

const oneRound = (seller: Seller, size: Size): Promise<Rounds> =>
  inTurn([seller], 'seats', CLIENTS, { ...size, rounds: 1 });

/** A round in which each can have what they want. Throws when what was acknowledged is not confirmed, or hardly anybody was served. */
async function sellOne(seller: Seller, wants: 'seats' | 'standing', count: number, clients: number): Promise<Sold> {
  const sold = await seller.sell({ count, clients: Math.min(clients, count), wants });
  if (sold.confirmed !== sold.done || sold.done < count / 2)
    throw new Error(`${seller.name} confirmed ${sold.confirmed} of ${count}: ${JSON.stringify(sold.refused)}`);
  return sold;
}

/** Many buyers for few seats, judged by the checker of histories. A history of B0 has to be found wrong, or the checker is. */
async function storm(seller: Seller, { storm: count, stormSeats }: Size): Promise<Row[]> {
  const sold = await seller.sell({
    count,
    clients: Math.min(CLIENTS, count),
    wants: 'seats',
    seats: stormSeats,
    keepTold: true,
  });
  const told = sold.told.map((one) => one.bookingId);
  const state = await readStoredState(seller.sql);
  const wrong = checkHistory(sold.told, { ...state, waiting: {} });
  const twice = wrong.filter((line) => /is sold \d+ times/.test(line)).length;
  const isControl = seller.name.startsWith('B0');
  if (isControl && twice === 0) throw new Error('the checker found nothing wrong with B0, or B0 sold nothing twice');
  if (!isControl && wrong.length > 0) throw new Error(`${seller.name}: ${wrong.slice(0, 5).join('; ')}`);
  const refused = Object.values(sold.refused).reduce((sum, n) => sum + n, 0);
  return [
    [`${whole(count)} buyers, ${stormSeats} seats: ${seller.name}`, `${whole(told.length)} booked`],
    ['  refused', whole(refused)],
    [
      '  seats sold twice, by the checker',
      whole(twice),
      { value: twice, bound: isControl ? { atLeast: 1 } : { atMost: 0 } },
    ],
  ];
}

/** What was acknowledged by B3 and is nowhere after kill -9; core has no such figure, since it answers after the commit. */
async function killWriteBehind(patterns: Patterns, { killed }: Size): Promise<Row[]> {
  const b3 = await patterns.seller('B3');
  const sold = await b3.sell({
    count: killed,
    clients: Math.min(CLIENTS, killed),
    wants: 'seats',
    keepTold: true,
    whenTold: () => patterns.kill(),
  });
  const { bookings } = await readStoredState(b3.sql);
  const kept = new Set(bookings.map((row) => row.id));
  const lost = sold.told.filter(({ bookingId }) => !kept.has(bookingId)).length;
  return [
    [`${b3.name}: acknowledged a second`, perSecond(sold.ackedPerSecond)],
    ['  acknowledged and paid, then kill -9', whole(sold.told.length)],
    ['  of these lost', whole(lost), { value: lost }],
  ];
}

/** Processor time of a booking in all servers together, µs. */
const timeOf = (sold: readonly Sold[]): number => median(sold.map(({ us }) => us.server + us.postgres + us.redis));

function toRatio(label: string, rounds: Rounds, ours: Seller, theirs: Seller, atLeast?: number): Row[] {
  const [own, others] = [rounds.get(ours) ?? [], rounds.get(theirs) ?? []];
  const ratios = own.map((sold, i) => sold.confirmedPerSecond / (others[i]?.confirmedPerSecond ?? Number.NaN));
  return [
    [label, ratio(median(ratios)), { value: median(ratios), ...(atLeast === undefined ? {} : { bound: { atLeast } }) }],
    ['  each round', ratios.map(ratio).join(' ')],
    ['  by processor time of all servers', ratio(timeOf(others) / timeOf(own))],
  ];
}

const PARTS = ['server', 'postgres', 'redis'] as const;

const toRates = (label: string, rounds: Rounds): Row[] =>
  [...rounds].flatMap(([seller, sold]): Row[] => {
    const value = median(sold.map((one) => one.confirmedPerSecond));
    const refused = sold.flatMap((one) => Object.entries(one.refused));
    return [
      [`${label}: ${seller.name}`, perSecond(value), { value }],
      [
        '  processor time each: server + Postgres + Redis',
        PARTS.map((part) => median(sold.map(({ us }) => us[part])).toFixed(0)).join(' + ') + ' µs',
      ],
      ...refused.map(([code, count]): Row => [`  refused: ${code}`, whole(count)]),
    ];
  });
