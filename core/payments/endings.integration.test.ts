import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../platform/id.ts';
import { createBuyer, type Buyer } from '../buyer.fixture.ts';
import { startCoreWorld, type CoreWorld, type Reply } from '../core-world.fixture.ts';
import { runExpiry } from '../jobs/run-expiry.ts';
import { runInbox } from '../jobs/run-inbox.ts';

let world: CoreWorld;
let buyer: Buyer;
beforeAll(async () => {
  world = await startCoreWorld();
  buyer = createBuyer(world);
  await world.sandbox('PATCH', '/faults', { dropWebhooks: true });
});
afterAll(() => world.close());

/** A booking that was paid at the provider, which has told nobody yet. */
type Paid = { booked: Reply; id: string; seat: string; capture: { paymentId: string; captureId: unknown } };
const ENDS = ['pay', 'expire', 'cancel'] as const;
type End = (typeof ENDS)[number];

/** Paid without our checkout: as if the hard cap had passed while the provider was away, the sweep ends it without asking. */
async function paidInSilence(): Promise<Paid> {
  const seat = buyer.seat();
  const booked = await buyer.book({ seat });
  const { paymentId } = buyer.paymentOf(booked);
  const payment = { paymentId, amountMinor: 5000, currency: 'EUR', returnUrl: 'http://127.0.0.1:9/' };
  expect((await world.sandbox('POST', '/payments', payment)).status).toBe(201);
  const { captureId } = (await world.sandbox('POST', `/payments/${paymentId}/complete`, { outcome: 'succeed' })).body;
  return { booked, id: String(booked.body['bookingId']), seat, capture: { paymentId, captureId } };
}

/** Told again when it was not taken, as a provider does. */
const tell = async ({ capture }: Paid): Promise<void> => {
  const eventId = newId();
  for (let status = 503; status === 503;)
    status = await world.tell('payment.succeeded', { ...capture, amountMinor: 5000, currency: 'EUR' }, eventId);
};
const end: Record<End, (paid: Paid) => Promise<unknown>> = {
  pay: async (paid) => [await tell(paid), await runInbox(world.deps)],
  expire: async ({ id }) => {
    await world.sql`UPDATE bookings SET pay_by = now() WHERE id = ${id}`;
    return runExpiry(world.deps);
  },
  async cancel({ booked }) {
    const key = newId();
    while ((await buyer.post(booked, 'cancel', key)).status === 503);
  },
};

/** What has to agree once all is done: the state, the money at the provider and in the ledger, the seat and the ticket. */
async function whatIsThere({ booked, id, seat, capture }: Paid) {
  const [row] = await world.sql<{ ledger: number; tickets: number }[]>`SELECT
    (SELECT coalesce(sum(CASE kind WHEN 'capture' THEN amount_minor ELSE -amount_minor END), 0)::int FROM payment_ledger
      WHERE payment_id = ${capture.paymentId}) AS ledger,
    (SELECT count(*)::int FROM entry_tickets WHERE booking_id = ${id} AND revoked_at IS NULL) AS tickets`;
  const { capturedMinor, refundedMinor } = (await world.sandbox('GET', `/payments/${capture.paymentId}`)).body;
  return {
    status: (await buyer.open(booked)).body['status'],
    ...row,
    provider: Number(capturedMinor) - Number(refundedMinor),
    seats: await buyer.claims([seat]),
  };
}
const SOLD = { status: 'confirmed', ledger: 5000, tickets: 1, provider: 5000, seats: 1 };
const RETURNED = { status: 'refunded', ledger: 0, tickets: 0, provider: 0, seats: 0 };

describe('payment, expiry and cancellation of one booking', () => {
  const orders: [End, End, End, typeof SOLD][] = [
    ['pay', 'expire', 'cancel', RETURNED],
    ['pay', 'cancel', 'expire', RETURNED],
    ['expire', 'pay', 'cancel', RETURNED],
    // What has expired can't be cancelled, and its payment takes the seat again.
    ['expire', 'cancel', 'pay', SOLD],
    ['cancel', 'pay', 'expire', RETURNED],
    ['cancel', 'expire', 'pay', RETURNED],
  ];

  it('come to one end in each of their six orders, with the money where the seat says', async () => {
    for (const [first, second, third, expected] of orders) {
      const paid = await paidInSilence();
      for (const step of [first, second, third]) {
        await end[step](paid);
        await world.drain();
      }
      expect(await whatIsThere(paid), [first, second, third].join(', ')).toEqual(expected);
    }
  }, 60_000);

  it('come to one end each when all three happen at once, to twenty bookings', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, paidInSilence));
    await world.sql`UPDATE bookings SET pay_by = now()`;
    await Promise.all([
      ...all.map(tell),
      ...[1, 2].flatMap(() => [runInbox(world.deps), runExpiry(world.deps)]),
      ...all.map((paid) => end.cancel(paid)),
    ]);
    await world.drain();
    for (const paid of all) {
      const found = await whatIsThere(paid);
      expect([SOLD, RETURNED]).toContainEqual(found);
    }
    const [row] =
      await world.sql`SELECT (SELECT count(*)::int FROM seat_claims) AS claims, (SELECT sold FROM zone_legs WHERE zone_id = 'stalls') AS sold`;
    expect(row?.['claims']).toBe(row?.['sold']);
  });

  it('would not, if each looked and then wrote without a lock: the control', async () => {
    const paid = await paidInSilence();
    const look = () => world.sql`SELECT 1 FROM bookings WHERE id = ${paid.id} AND status = 'pending_payment'`;
    const [toPay, toExpire] = await Promise.all([look(), look()]);
    if (toPay.length > 0) await world.sql`UPDATE bookings SET status = 'confirmed' WHERE id = ${paid.id}`;
    if (toExpire.length > 0) {
      await world.sql`UPDATE bookings SET status = 'expired' WHERE id = ${paid.id}`;
      await world.sql`DELETE FROM seat_claims WHERE booking_id = ${paid.id}`;
    }
    await world.drain();
    expect([SOLD, RETURNED]).not.toContainEqual(await whatIsThere(paid));
  });
});
