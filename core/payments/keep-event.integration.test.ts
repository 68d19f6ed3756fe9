import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectDatabase } from '../../db/connect.ts';
import { confirmBookings } from '../../db/queries/confirm-bookings.ts';
import { keepEvents, type EventToSettle } from '../../db/queries/keep-events.ts';
import { newId } from '../../platform/id.ts';
import { createBuyer, type Buyer } from '../buyer.fixture.ts';
import { SHOW, startCoreWorld, type CoreWorld, type Reply } from '../core-world.fixture.ts';

let world: CoreWorld;
let buyer: Buyer;
beforeAll(async () => {
  world = await startCoreWorld();
  buyer = createBuyer(world);
});
afterAll(() => world.close());

const idOf = (booked: Reply) => String(booked.body['bookingId']);
const captureOf = (booked: Reply) => ({
  paymentId: buyer.paymentOf(booked).paymentId,
  captureId: newId(),
  amountMinor: 5000,
  currency: 'EUR',
});
const statusOf = async (booked: Reply) => (await buyer.open(booked)).body['status'];
const inboxOf = async (eventId: string) => {
  const [row] = await world.sql`SELECT processed_at IS NOT NULL AS processed, attempts FROM webhook_inbox
    WHERE event_id = ${eventId}`;
  return row === undefined ? null : { ...row };
};
/** Has somebody else's work on a booking under way while `during` runs. */
const whileLocked = (booked: Reply, during: () => Promise<void>) =>
  world.sql.begin(async (tx) => {
    await tx`SELECT 1 FROM bookings WHERE id = ${idOf(booked)} FOR UPDATE`;
    await during();
  });

it('confirms with the row of its event what is paid in full, before it is answered', async () => {
  const [booked, eventId] = [await buyer.book(), newId()];
  expect(await world.tell('payment.succeeded', captureOf(booked), eventId)).toBe(204);
  expect(await statusOf(booked)).toBe('confirmed');
  expect(await inboxOf(eventId)).toEqual({ processed: true, attempts: 1 });
});

it('keeps an event whose booking somebody else works on without waiting for them; it is settled after', async () => {
  const [booked, other, eventId] = [await buyer.book(), await buyer.book(), newId()];
  await whileLocked(booked, async () => {
    const told = [
      world.tell('payment.succeeded', captureOf(booked), eventId),
      world.tell('payment.succeeded', captureOf(other)),
    ];
    expect(await Promise.all(told)).toEqual([204, 204]);
    expect(await inboxOf(eventId)).toEqual({ processed: false, attempts: 0 });
    expect([await statusOf(booked), await statusOf(other)]).toEqual(['pending_payment', 'confirmed']);
  });
  await world.drain();
  expect(await statusOf(booked)).toBe('confirmed');
  expect(await inboxOf(eventId)).toEqual({ processed: true, attempts: 1 });
});

it('would wait for them if it did not pass by who is locked: the control', async () => {
  const booked = await buyer.book();
  let isDone = false;
  let waiting: Promise<unknown> = Promise.resolve();
  await whileLocked(booked, async () => {
    waiting = confirmBookings(world.sql, [captureOf(booked)]).then(() => (isDone = true));
    expect(await world.tell('payment.succeeded', captureOf(booked))).toBe(204);
    expect(isDone).toBe(false);
  });
  await waiting;
  expect(isDone).toBe(true);
});

it('confirms nothing by an event that is there already, whatever became of it', async () => {
  const [booked, eventId] = [await buyer.book(), newId()];
  const capture = captureOf(booked);
  await world.sql`INSERT INTO webhook_inbox (provider, event_id, payload, dead_at) VALUES ('sandbox', ${eventId}, '{}', now())`;
  expect(await world.tell('payment.succeeded', capture, eventId)).toBe(204);
  expect(await statusOf(booked)).toBe('pending_payment');
  expect(await inboxOf(eventId)).toEqual({ processed: false, attempts: 0 });
});

it('keeps what it can’t settle alone when settling fails', async () => {
  const [booked, eventId] = [await buyer.book(), newId()];
  const capture = captureOf(booked);
  await world.sql`UPDATE bookings SET total_minor = 0 WHERE id = ${idOf(booked)}`;
  // A ledger takes no capture of nothing: the statement is refused, and the event is not.
  const event: EventToSettle = {
    provider: 'sandbox',
    eventId,
    payloadJson: JSON.stringify({ type: 'payment.succeeded', data: { ...capture, amountMinor: 0 } }),
    capture: { ...capture, amountMinor: 0 },
  };
  await expect(keepEvents(world.sql, [event])).rejects.toThrow('payment_ledger');
  expect(await world.deps.commits.inbox.keep(event)).toBe(false);
  expect(await inboxOf(eventId)).toEqual({ processed: false, attempts: 0 });
});

it('reads the items of its own bookings only, also when it was planned while there were few', async () => {
  const one = connectDatabase(world.deps.config.databaseUrl, { max: 1 });
  /** Rows of items that this connection has read by their indexes so far. */
  const itemsRead = async () => {
    await one`SELECT pg_stat_force_next_flush()`;
    const [row] = await one<{ count: number }[]>`
      SELECT sum(idx_tup_read)::int AS count FROM pg_stat_user_indexes WHERE relname = 'booking_items'`;
    return row?.count ?? 0;
  };
  const pay = async () => {
    const capture = captureOf(await buyer.book());
    const before = await itemsRead();
    const [confirmed] = await keepEvents(one, [{ provider: 'sandbox', eventId: newId(), payloadJson: '{}', capture }]);
    expect(confirmed).toMatchObject({ status: 'confirmed' });
    return (await itemsRead()) - before;
  };
  try {
    await pay();
    // Ids are ordered by time: these were sold before.
    await world.sql`WITH sold AS (
        INSERT INTO bookings (id, hold_id, performance_id, owner, status, buyer_name, buyer_email, email_normalised, access_token_hash,
          total_minor, currency, from_leg, to_leg, pay_by)
        SELECT ('0190' || lpad(to_hex(n), 28, '0'))::uuid, 'sold-' || n, ${SHOW}, 'sold-' || n, 'confirmed', 'Ada', 'a@e.org', 'a@e.org',
          sha256(n::text::bytea), 100, 'EUR', 0, 1, now() FROM generate_series(1, 2000) n RETURNING id)
      INSERT INTO booking_items (booking_id, line, zone_id, quantity, price_minor) SELECT id, 0, 'standing', 1, 100 FROM sold`;
    expect(await pay()).toBeLessThanOrEqual(10);
  } finally {
    await one.end({ timeout: 1 });
  }
});
