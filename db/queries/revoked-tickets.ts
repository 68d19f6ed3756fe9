import type { Sql, Transaction } from '../connect.ts';
import { inTransaction } from '../in-transaction.ts';

/** A ticket that an operator took out of a room, and that the admission worker has not told Redis yet. */
export type Revocation = { room: string; ticketId: string; expMs: number };

/** Rows of one round at most; the rest waits a second. */
const MAX_DUE = 1000;

/** Notes that a ticket is to be taken out. False when it was noted before. Read committed; a second caller waits on the key. */
export async function insertRevocation(tx: Transaction, revocation: Revocation, by: string): Promise<boolean> {
  const { room, ticketId, expMs } = revocation;
  const rows = await tx`INSERT INTO revoked_tickets (room, ticket_id, expires_at, revoked_by)
    VALUES (${room}, ${ticketId}, to_timestamp(${expMs}::float8 / 1000), ${by}) ON CONFLICT (room, ticket_id) DO NOTHING RETURNING room`;
  return rows.length === 1;
}

/** Revocations that no worker has applied, the oldest first. A plain read. */
export async function listDueRevocations(sql: Sql): Promise<Revocation[]> {
  return sql<
    Revocation[]
  >`SELECT room, ticket_id AS "ticketId", floor(extract(epoch FROM expires_at) * 1000)::float8 AS "expMs"
    FROM revoked_tickets WHERE applied_at IS NULL ORDER BY revoked_at LIMIT ${MAX_DUE}`;
}

/**
 * Notes that Redis knows: the ticket is spent and its admissions have ended, also for a restore. One transaction, read committed;
 * repeats harmlessly when two workers do it.
 */
export async function markRevoked(sql: Sql, { room, ticketId }: Revocation): Promise<void> {
  await inTransaction(sql, async (tx) => {
    await tx`INSERT INTO spent_tickets (room, ticket_id, expires_at)
      SELECT room, ticket_id, expires_at FROM revoked_tickets WHERE room = ${room} AND ticket_id = ${ticketId}
      ON CONFLICT (room, ticket_id) DO NOTHING`;
    await tx`UPDATE admissions SET ended_at = now(), end_reason = 'revoked'
      WHERE room = ${room} AND ticket_id = ${ticketId} AND ended_at IS NULL`;
    await tx`UPDATE revoked_tickets SET applied_at = now()
      WHERE room = ${room} AND ticket_id = ${ticketId} AND applied_at IS NULL`;
  });
}

/** How many tickets were ever taken out of a room. A plain read. */
export async function countRevocations(sql: Sql, room: string): Promise<number> {
  const [row] = await sql<{ count: number }[]>`SELECT count(*)::int AS count FROM revoked_tickets WHERE room = ${room}`;
  return row?.count ?? 0;
}
