import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectDatabase, type Connection, type Sql } from '../../db/connect.ts';
import { violatedConstraint } from '../../db/failure.ts';
import { newId } from '../../platform/id.ts';
import { SHOW, startCoreWorld, type CoreWorld } from '../core-world.fixture.ts';

/** Statements that add a row which names a parent, by the constraint that refuses one that is not there (ADR 22). */
type Children = Record<string, (sql: Connection, parent: string) => PromiseLike<unknown>>;
const CHILDREN: Children = {
  booking_items_booking_id_fkey: (sql, id) =>
    sql`INSERT INTO booking_items (booking_id, line, zone_id, quantity, price_minor) VALUES (${id}, 9, 'standing', 1, 1)`,
  seat_claims_booking_id_fkey: (sql, id) =>
    sql`INSERT INTO seat_claims (performance_id, seat_id, leg, booking_id, zone_id, state) VALUES (${SHOW}, ${id}, 0, ${id}, 'stalls', 'sold')`,
  payments_booking_id_fkey: (sql, id) =>
    sql`INSERT INTO payments (id, booking_id, provider, status, amount_minor, currency) VALUES (${newId()}, ${id}, 'sandbox', 'failed', 1, 'EUR')`,
  outbox_booking_id_fkey: (sql, id) =>
    sql`INSERT INTO outbox (id, booking_id, version, kind, payload, done_at) VALUES (${newId()}, ${id}, 9, 'inventory.apply', '{}', now())`,
  booking_history_booking_id_fkey: (sql, id) =>
    sql`INSERT INTO booking_history (booking_id, version, actor, action) VALUES (${id}, 9, 'test', 'test')`,
  entry_tickets_booking_id_fkey: (sql, id) =>
    sql`INSERT INTO entry_tickets (id, booking_id, ordinal, zone_id) VALUES (${newId()}, ${id}, 9, 'standing')`,
  notifications_booking_id_fkey: (sql, id) =>
    sql`INSERT INTO notifications (event, kind, channel, address, address_hash, language, booking_id, done_at)
      VALUES (${newId()}, 'ticket', 'mail', 'a@e.org', sha256('a'), 'en', ${id}, now())`,
  webhook_deliveries_booking_id_fkey: (sql, id) =>
    sql`INSERT INTO webhook_deliveries (endpoint_id, event_id, type, booking_id, done_at) VALUES (${newId()}, ${newId()}, 'test', ${id}, now())`,
  checkout_codes_payment_id_fkey: (sql, id) =>
    sql`INSERT INTO checkout_codes (code_hash, payment_id, expires_at) VALUES (sha256(${newId()}::bytea), ${id}, now())`,
  payment_ledger_payment_id_fkey: (sql, id) =>
    sql`INSERT INTO payment_ledger (payment_id, kind, provider_event, amount_minor, currency) VALUES (${id}, 'capture', ${newId()}, 1, 'EUR')`,
};
const addCode = CHILDREN['checkout_codes_payment_id_fkey'] ?? (() => Promise.reject(new Error('no such child')));

let world: CoreWorld;
/** Two connections of their own, for what one does while the other has not committed. */
let pools: readonly [Sql, Sql];
let bookingId: string;
beforeAll(async () => {
  world = await startCoreWorld();
  const open = (applicationName: string) => connectDatabase(world.deps.config.databaseUrl, { max: 1, applicationName });
  pools = [open('first'), open('second')];
  bookingId = newId();
  await world.sql`INSERT INTO bookings (id, hold_id, performance_id, owner, status, buyer_name, buyer_email, email_normalised,
      access_token_hash, total_minor, currency, from_leg, to_leg, pay_by)
    VALUES (${bookingId}, 'hold', ${SHOW}, 'owner', 'expired', 'Ada', 'a@e.org', 'a@e.org', sha256('a'), 1, 'EUR', 0, 1, now())`;
});
afterAll(async () => {
  await Promise.all(pools.map((pool) => pool.end({ timeout: 1 })));
  await world.close();
});

/** A payment that no code and no entry of the ledger names. */
async function addPayment(): Promise<string> {
  const id = newId();
  await world.sql`INSERT INTO payments (id, booking_id, provider, status, amount_minor, currency)
    VALUES (${id}, ${bookingId}, 'sandbox', 'failed', 1, 'EUR')`;
  return id;
}
const refusal = async (statement: PromiseLike<unknown>): Promise<string | null> => {
  try {
    await statement;
    return null;
  } catch (error) {
    return violatedConstraint(error);
  }
};
const orphans = async (): Promise<number> =>
  (
    await world.sql`SELECT 1 FROM checkout_codes c WHERE NOT EXISTS (SELECT 1 FROM payments p WHERE p.id = c.payment_id)`
  ).length;
/** Whether what was begun on the second connection waits for a lock, or is over. */
async function isKeptWaiting(begun: Promise<unknown>): Promise<boolean> {
  let isOver = false;
  void begun.finally(() => (isOver = true));
  for (;;) {
    const rows =
      await world.sql`SELECT 1 FROM pg_stat_activity WHERE application_name = 'second' AND wait_event_type = 'Lock'`;
    if (rows.length > 0 || isOver) return !isOver;
  }
}
/** What becomes of the second statement, begun while the first is not committed. */
async function whileUncommitted(
  first: (sql: Connection) => PromiseLike<unknown>,
  second: (sql: Connection) => PromiseLike<unknown>,
): Promise<{ hasWaited: boolean; refused: string | null }> {
  const own = await pools[0].reserve();
  try {
    await own`BEGIN`;
    await first(own);
    const begun = refusal(second(pools[1]));
    const hasWaited = await isKeptWaiting(begun);
    await own`COMMIT`;
    return { hasWaited, refused: await begun };
  } finally {
    own.release();
  }
}

describe('a row that names a booking or a payment', () => {
  it.each(Object.entries(CHILDREN))(
    'is refused by %s where there is none, and taken where there is',
    async (name, add) => {
      const parent = name.includes('_payment_id_') ? await addPayment() : bookingId;
      expect(await refusal(add(world.sql, newId()))).toBe(name);
      expect(await refusal(add(world.sql, parent))).toBeNull();
    },
  );

  it('refuses its whole statement, and can’t come to name one that is not there either', async () => {
    const many = world.sql`INSERT INTO booking_history (booking_id, version, actor, action)
      SELECT id, 8, 'test', 'many' FROM unnest(${[bookingId, newId(), bookingId]}::uuid[]) AS b (id)`;
    expect(await refusal(many)).toBe('booking_history_booking_id_fkey');
    expect(await world.sql`SELECT 1 FROM booking_history WHERE action = 'many'`).toHaveLength(0);
    const moved = world.sql`UPDATE booking_items SET booking_id = ${newId()} WHERE booking_id = ${bookingId}`;
    expect(await refusal(moved)).toBe('booking_items_booking_id_fkey');
    const kept = world.sql`UPDATE booking_items SET quantity = 2, booking_id = ${bookingId} WHERE booking_id = ${bookingId}`;
    expect(await refusal(kept)).toBeNull();
  });

  it('names a performance that is there', async () => {
    const booked = world.sql`INSERT INTO bookings (id, hold_id, performance_id, owner, status, buyer_name, buyer_email, email_normalised,
        access_token_hash, total_minor, currency, from_leg, to_leg, pay_by)
      SELECT ${newId()}, 'other', 'no such show', 'other', 'expired', buyer_name, buyer_email, email_normalised,
        access_token_hash, total_minor, currency, from_leg, to_leg, pay_by FROM bookings WHERE id = ${bookingId}`;
    expect(await refusal(booked)).toBe('bookings_performance_id_fkey');
    const claimed = world.sql`INSERT INTO seat_claims (performance_id, seat_id, leg, booking_id, zone_id, state)
      VALUES ('no such show', 's1', 0, ${bookingId}, 'stalls', 'sold')`;
    expect(await refusal(claimed)).toBe('seat_claims_performance_id_fkey');
  });
});

describe('a booking, payment or performance that rows name', () => {
  const remove = (id: string) => (sql: Connection) => sql`DELETE FROM payments WHERE id = ${id}`;

  it('can’t be deleted or emptied out, and never changes its id', async () => {
    const id = await addPayment();
    await addCode(world.sql, id);
    expect(await refusal(remove(id)(world.sql))).toBe('checkout_codes_payment_id_fkey');
    expect(await refusal(world.sql`TRUNCATE payments`)).toBe('checkout_codes_payment_id_fkey');
    expect(await refusal(world.sql`DELETE FROM bookings WHERE id = ${bookingId}`)).toBe(
      'booking_items_booking_id_fkey',
    );
    await expect(world.sql`DELETE FROM performances WHERE id = ${SHOW}`).rejects.toThrow('performances');
    await expect(world.sql`UPDATE payments SET id = ${newId()} WHERE id = ${id}`).rejects.toThrow('never change');
  });

  it('can be deleted once nothing names it', async () => {
    const id = await addPayment();
    expect(await remove(id)(world.sql)).toHaveLength(0);
    expect(await world.sql`SELECT 1 FROM payments WHERE id = ${id}`).toHaveLength(0);
  });

  it('is added to and taken away by newest snapshots only', async () => {
    const id = await addPayment();
    for (const statement of [remove(id), (sql: Connection) => addCode(sql, id)])
      await expect(world.sql.begin('ISOLATION LEVEL REPEATABLE READ', (tx) => statement(tx))).rejects.toThrow(
        'READ COMMITTED',
      );
  });

  it('is kept when it is deleted while somebody names it, who has not committed yet', async () => {
    const id = await addPayment();
    const told = await whileUncommitted((sql) => addCode(sql, id), remove(id));
    expect(told).toEqual({ hasWaited: true, refused: 'checkout_codes_payment_id_fkey' });
    expect(await orphans()).toBe(0);
  });

  it('refuses who names it while somebody deletes it, who has not committed yet', async () => {
    const id = await addPayment();
    const told = await whileUncommitted(remove(id), (sql) => addCode(sql, id));
    expect(told).toEqual({ hasWaited: true, refused: 'checkout_codes_payment_id_fkey' });
    expect(await orphans()).toBe(0);
  });

  it('leaves orphans without the lock, and without the look-up: the controls', async () => {
    const id = await addPayment();
    await world.sql`ALTER TABLE payments DISABLE TRIGGER payments_lock_children`;
    const told = await whileUncommitted((sql) => addCode(sql, id), remove(id));
    expect(told).toEqual({ hasWaited: false, refused: null });
    expect(await orphans()).toBe(1);
    await world.sql`ALTER TABLE checkout_codes DISABLE TRIGGER checkout_codes_in_payments`;
    await addCode(world.sql, newId());
    expect(await orphans()).toBe(2);
  });
});
