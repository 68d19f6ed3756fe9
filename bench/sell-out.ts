import { setTimeout as sleep } from 'node:timers/promises';
import * as v from 'valibot';
import { freePort } from '../local-stack/process/free-port.ts';
import { createNodeScriptClient } from '../redis/client.node.ts';
import { readState } from '../redis/inventory/availability.ts';
import { readAvailability } from '../redis/inventory/read-availability.ts';
import { checkHistory } from '../tests/checker/check-history.ts';
import type { StoredState } from '../tests/checker/history.ts';
import { readStoredState } from '../tests/checker/read-state.ts';
import { milliseconds, perSecond, whole, type Report } from './measure/report.ts';
import type { BenchOptions } from './options.ts';
import { startBuyers, type CrowdResult } from './parts/buyers.ts';
import { startPart } from './parts/part.ts';
import { ROOM, seatIds, startShop, type Shop } from './parts/shop.ts';
import { SHOW } from './parts/show.ts';

const SEATS = 10_000;
/** Buyers to a seat: the second always comes too late, so that all is sold and nobody is refused for nothing. */
const BUYERS_A_SEAT = 2;
const CLIENTS = 128;
/** How long confirmations and the outbox may take after the last buyer, ms. */
const SETTLE_MS = 120_000;

/** A whole sale: every seat wanted by two buyers, paid at the sandbox provider, judged by the checker of histories. */
export async function benchSellOut({ smoke }: BenchOptions): Promise<Report> {
  const seats = smoke ? 20 : SEATS;
  const count = seats * BUYERS_A_SEAT;
  const shop = await startShop({ seats, standing: 1 }, !smoke);
  const port = await freePort();
  const sandbox = await startPart('sandbox', { coreUrl: `http://127.0.0.1:${port}` });
  const sandboxUrl = String(sandbox.ready['url']);
  const [core, buyers] = await Promise.all([shop.core({ paymentsUrl: sandboxUrl, port }), startBuyers(shop, count)]);
  try {
    const plan = {
      url: core.url,
      flow: 'book',
      count,
      clients: Math.min(CLIENTS, count),
      firstSeat: 0,
      seats,
    } as const;
    const sold = await buyers.run({ ...plan, keepTold: true, sandboxUrl });
    const confirmedAt = await untilConfirmed(core.sql, sold.done);
    const state = await settle(core.sql);
    const wrong = checkHistory(sold.told, {
      ...state,
      payments: await withLedger(state.payments, sandboxUrl),
      inventory: await readInventory(shop, seats),
    });
    return toReport(sold, { seats, count, seconds: (confirmedAt - sold.startedAt) / 1000, state, wrong });
  } finally {
    await Promise.all([core.stop(), buyers.stop(), sandbox.stop()]);
    await shop.stop();
  }
}

type End = { seats: number; count: number; seconds: number; state: StoredState; wrong: string[] };

function toReport(sold: CrowdResult, { seats, count, seconds, state, wrong }: End): Report {
  const kept = new Set(state.bookings.filter((row) => row.status === 'confirmed').map((row) => row.id));
  const lost = sold.told.filter(({ bookingId }) => !kept.has(bookingId)).length;
  const twice = state.claims.length - new Set(state.claims.map((claim) => `${claim.seatId}/${claim.leg}`)).size;
  const none = { atMost: 0 };
  return {
    title: `A sell-out: ${whole(seats)} seats, ${whole(count)} buyers, paid at the sandbox provider`,
    rows: [
      ['seats sold twice', whole(twice), { value: twice, bound: none }],
      ['bookings acknowledged, paid and lost', whole(lost), { value: lost, bound: none }],
      ['what the checker of histories finds wrong', whole(wrong.length), { value: wrong.length, bound: none }],
      ['time until the last booking is confirmed', `${seconds.toFixed(1)} s`, { value: seconds }],
      ['bookings confirmed', whole(kept.size), { value: kept.size }],
      ['  a second', perSecond(kept.size / seconds)],
      ...Object.entries(sold.refused).map(([code, n]): [string, string] => [`buyers refused: ${code}`, whole(n)]),
      ['a hold, p50', milliseconds(sold.hold.p50Ms)],
      ['a hold, p99', milliseconds(sold.hold.p99Ms)],
      ['a booking, p50', milliseconds(sold.book.p50Ms)],
      ['a booking, p99', milliseconds(sold.book.p99Ms)],
    ],
    notes: [
      `Real: core and the sandbox provider in processes of their own, Postgres with fsync and synchronous_commit, Redis; ${CLIENTS} clients in one load process.`,
      'Each buyer has a pass that core has never seen, holds a seat, books, opens the checkout, pays at the provider, which tells core by its webhook. Holds include those that are refused.',
      'The checker compares what buyers were told with Postgres, the inventory in Redis and the provider’s ledger, once all queues are empty.',
      ...wrong.slice(0, 5).map((line) => `WRONG: ${line}`),
    ],
  };
}

/** When (ms since 1970) so many bookings are confirmed, or no more come. */
async function untilConfirmed(sql: Parameters<typeof readStoredState>[0], count: number): Promise<number> {
  const until = performance.now() + SETTLE_MS;
  for (;;) {
    const [row] = await sql<
      { count: number }[]
    >`SELECT count(*)::int AS count FROM bookings WHERE status = 'confirmed'`;
    if ((row?.count ?? 0) >= count || performance.now() > until) return performance.timeOrigin + performance.now();
    await sleep(20);
  }
}

/** What Postgres holds once nothing waits any more. */
async function settle(sql: Parameters<typeof readStoredState>[0]): Promise<StoredState> {
  const until = performance.now() + SETTLE_MS;
  for (;;) {
    const [row] = await sql<
      { waiting: boolean }[]
    >`SELECT EXISTS (SELECT 1 FROM outbox WHERE done_at IS NULL) OR EXISTS (SELECT 1 FROM own_work)
      OR EXISTS (SELECT 1 FROM webhook_inbox WHERE processed_at IS NULL) AS waiting`;
    if (row?.waiting === false || performance.now() > until) return readStoredState(sql);
    await sleep(100);
  }
}

const ledgerSchema = v.object({
  items: v.array(v.object({ paymentId: v.string(), capturedMinor: v.number(), refundedMinor: v.number() })),
  next: v.nullable(v.string()),
});

/** The payments with what the provider says of each. */
async function withLedger(payments: StoredState['payments'], sandboxUrl: string): Promise<StoredState['payments']> {
  const known = new Map<string, { capturedMinor: number; refundedMinor: number }>();
  let cursor: string | null = '';
  while (cursor !== null) {
    const answer = await fetch(`${sandboxUrl}/payments${cursor === '' ? '' : `?cursor=${cursor}`}`);
    const page: v.InferOutput<typeof ledgerSchema> = v.parse(ledgerSchema, await answer.json());
    for (const { paymentId, ...money } of page.items) known.set(paymentId, money);
    cursor = page.next;
  }
  return payments.map((payment) => {
    const provider = known.get(payment.paymentId);
    return provider === undefined ? payment : { ...payment, provider };
  });
}

/** What the inventory in Redis shows as taken. */
async function readInventory(shop: Shop, seats: number): Promise<NonNullable<StoredState['inventory']>> {
  const scripts = createNodeScriptClient(shop.redis);
  const snapshot = await readAvailability(scripts, { room: ROOM, performanceId: SHOW });
  const taken = new Map<string, 'pending' | 'sold' | 'blocked'>();
  for (const [index, seat] of seatIds(seats).entries()) {
    const state = readState(snapshot.legs[0] ?? new Uint8Array(), index);
    if (state !== 0) taken.set(`${SHOW}/${seat}/0`, TAKEN[state]);
  }
  return { seats: taken, free: new Map() };
}

const TAKEN = { 1: 'pending', 2: 'sold', 3: 'blocked' } as const;
