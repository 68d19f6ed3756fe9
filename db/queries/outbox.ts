import { arrayLiteral as list } from '../array-literal.ts';
import type { Sql, Transaction } from '../connect.ts';
import { inOneTrip } from '../one-trip.ts';

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
 * Takes due rows of some kinds for `leaseSeconds`: who dies with them leaves them due again. One statement, `FOR UPDATE SKIP LOCKED`, so
 * that processes never wait for each other. Counts the attempt.
 */
export async function takeOutbox(
  sql: Sql,
  { kinds, limit, leaseSeconds }: { kinds: readonly OutboxKind[]; limit: number; leaseSeconds: number },
): Promise<OutboxRow[]> {
  return sql<
    OutboxRow[]
  >`UPDATE outbox SET attempts = attempts + 1, due_at = now() + make_interval(secs => ${leaseSeconds})
    WHERE id IN (SELECT id FROM outbox WHERE done_at IS NULL AND dead_at IS NULL AND due_at <= now()
      AND kind = ANY (${list(kinds)}::text[]) ORDER BY due_at LIMIT ${limit} FOR UPDATE SKIP LOCKED)
    RETURNING id, booking_id AS "bookingId", version, kind, payload, attempts`;
}

/**
 * Deletes rows whose work is done and of which nobody needs to know later. The rows go in the order of their ids, as an index reads
 * them. Not waited for on the disk: a row that comes back after a crash is delivered once more.
 */
export async function forgetOutbox(sql: Sql, ids: readonly string[]): Promise<void> {
  await inOneTrip(sql, (tx) => ({
    locks: [tx`SET LOCAL synchronous_commit = off`],
    work: tx`DELETE FROM outbox WHERE id = ANY (${list(ids.toSorted())}::uuid[])`,
  }));
}

/** Marks work as done; one statement, rows locked in the order of their ids. */
export async function finishOutbox(sql: Sql, ids: readonly string[]): Promise<void> {
  await sql`UPDATE outbox SET done_at = now(), last_error = NULL
    WHERE id IN (SELECT id FROM outbox WHERE id = ANY (${list(ids)}::uuid[]) ORDER BY id FOR UPDATE)`;
}

/** Work that failed: tried again in `retryInMs`, or laid aside for a person when that is null. */
export type FailedWork = { id: string; error: string; retryInMs: number | null };

/** Puts work off after a failure, or lays it aside for a person to look at; one statement, rows locked in the order of their ids. */
export async function failOutbox(sql: Sql, failures: readonly FailedWork[]): Promise<void> {
  await sql`UPDATE outbox SET last_error = failed.error, due_at = now() + coalesce(failed.retry_in_ms, 0) * interval '1 millisecond',
      dead_at = CASE WHEN failed.retry_in_ms IS NULL THEN now() END
    FROM (SELECT o.id, f.error, f.retry_in_ms FROM outbox o
      JOIN unnest(${list(failures.map((one) => one.id))}::uuid[], ${list(failures.map((one) => one.error))}::text[],
        ${list(failures.map((one) => one.retryInMs))}::float8[]) AS f (id, error, retry_in_ms) USING (id)
      ORDER BY o.id FOR UPDATE OF o) AS failed
    WHERE outbox.id = failed.id`;
}
