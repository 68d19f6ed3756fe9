import type { Sql, Transaction } from '../connect.ts';

export const OUTBOX_KINDS = ['inventory.apply', 'payment.refund', 'payment.cancel'] as const;
export type OutboxKind = (typeof OUTBOX_KINDS)[number];
export type OutboxRow = {
  id: string;
  bookingId: string;
  version: number;
  kind: OutboxKind;
  payload: unknown;
  attempts: number;
};

/** Adds work in the transaction that causes it. */
export async function putOutbox(
  tx: Transaction,
  row: { id: string; bookingId: string; version: number; kind: OutboxKind; payload?: Record<string, string | number> },
): Promise<void> {
  await tx`INSERT INTO outbox (id, booking_id, version, kind, payload)
    VALUES (${row.id}, ${row.bookingId}, ${row.version}, ${row.kind}, ${tx.json(row.payload ?? {})})`;
}

/**
 * Takes due rows for `leaseSeconds`: who dies with them leaves them due again. One statement, `FOR UPDATE SKIP LOCKED`, so
 * that processes never wait for each other. Counts the attempt.
 */
export async function takeOutbox(sql: Sql, limit: number, leaseSeconds: number): Promise<OutboxRow[]> {
  return sql<
    OutboxRow[]
  >`UPDATE outbox SET attempts = attempts + 1, due_at = now() + make_interval(secs => ${leaseSeconds})
    WHERE id IN (SELECT id FROM outbox WHERE done_at IS NULL AND dead_at IS NULL AND due_at <= now()
      ORDER BY due_at LIMIT ${limit} FOR UPDATE SKIP LOCKED)
    RETURNING id, booking_id AS "bookingId", version, kind, payload, attempts`;
}

/** Marks work as done. */
export async function finishOutbox(sql: Sql, id: string): Promise<void> {
  await sql`UPDATE outbox SET done_at = now(), last_error = NULL WHERE id = ${id}`;
}

/** Puts work off after a failure, or lays it aside for a person to look at. */
export async function failOutbox(
  sql: Sql,
  id: string,
  failure: { error: string; retryInMs: number | null },
): Promise<void> {
  await sql`UPDATE outbox SET last_error = ${failure.error}, due_at = now() + make_interval(secs => ${(failure.retryInMs ?? 0) / 1000}),
    dead_at = CASE WHEN ${failure.retryInMs === null} THEN now() END WHERE id = ${id}`;
}
