import { arrayLiteral as list } from '../array-literal.ts';
import type { Connection, Sql, Statement } from '../connect.ts';
import { inOneTrip } from '../one-trip.ts';

/** The row of one batch, and how long it is left to the process that writes it, seconds. */
export type Lease = { id: string; seconds: number };

/**
 * What `written` (rows of `booking_id`, `version`) leaves to tell the inventory: leased, one row for all; else a row of the outbox for each,
 * due to everybody at once.
 */
export const newInventoryWork = (tx: Connection, written: Statement<object>, lease: Lease | null): Statement<object> =>
  lease === null
    ? tx`INSERT INTO outbox (id, booking_id, version, kind, payload)
      SELECT gen_random_uuid(), booking_id, version, 'inventory.apply', '{}'::jsonb FROM ${written} AS written`
    : tx`INSERT INTO own_work (id, bookings, due_at)
      SELECT ${lease.id}::uuid, array_agg(booking_id), now() + make_interval(secs => ${lease.seconds}) FROM ${written} AS written
      HAVING count(*) > 0`;

/**
 * Deletes rows all of whose bookings were told. Not waited for on the disk: a row that comes back after a crash is told once more.
 */
export async function forgetOwnWork(sql: Sql, ids: readonly string[]): Promise<void> {
  await inOneTrip(sql, (tx) => ({
    locks: [tx`SET LOCAL synchronous_commit = off`],
    work: tx`DELETE FROM own_work WHERE id = ANY (${list(ids.toSorted())}::uuid[])`,
  }));
}

/** Batches that become rows of the outbox at a time. */
const LAPSED_AT_ONCE = 10;

/**
 * Makes rows of the outbox, due at once, of what processes were left to tell and didn't in time. One statement, `FOR UPDATE SKIP LOCKED`, so
 * that processes never wait for each other.
 */
export async function takeOverOwnWork(sql: Sql): Promise<void> {
  await sql`WITH lapsed AS (
      DELETE FROM own_work WHERE id IN (SELECT id FROM own_work WHERE due_at <= now()
        ORDER BY due_at LIMIT ${LAPSED_AT_ONCE} FOR UPDATE SKIP LOCKED) RETURNING bookings)
    INSERT INTO outbox (id, booking_id, version, kind, payload)
    SELECT gen_random_uuid(), b.id, b.version, 'inventory.apply', '{}'
    FROM (SELECT DISTINCT unnest(bookings) AS id FROM lapsed) left_over JOIN bookings b USING (id)`;
}
