import type { JSONValue } from 'postgres';
import type { Sql, Transaction } from '../connect.ts';
import { inTransaction } from '../in-transaction.ts';
import { notEnded, SETTLED_AFTER_SECONDS } from './sale-times.ts';

/** `isBrief`: an hourly one that is not the day's thorough one. */
export type Reconciliation = {
  id: string;
  performanceId: string | null;
  isBrief: boolean;
  startedAt: Date;
  attempts: number;
};

/** The hour (UTC) whose comparison looks at everything. */
const THOROUGH_HOUR = '03';

/** Notes that an operator wants a comparison. In the caller's transaction. */
export async function requestReconciliation(
  tx: Transaction,
  wanted: { id: string; performanceId: string | null; requestedBy: string },
): Promise<void> {
  await tx`INSERT INTO reconciliations (id, performance_id, requested_by)
    VALUES (${wanted.id}, ${wanted.performanceId}, ${wanted.requestedBy})`;
}

/**
 * Notes what is due by itself: everything once an hour (UTC), and each performance on sale once its room has a new epoch. One
 * statement; its slot makes many processes one. `newId` is the id of the hour's row.
 */
export async function scheduleReconciliations(sql: Sql, newId: string): Promise<void> {
  await sql`INSERT INTO reconciliations (id, slot, performance_id, requested_by)
    SELECT ${newId}::uuid, 'hour:' || to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24'), NULL::text, 'schedule'
    UNION ALL
    SELECT gen_random_uuid(), 'epoch:' || p.id || ':' || r.epoch, p.id, 'schedule'
    FROM performances p JOIN rooms r ON r.id = p.room WHERE p.status = 'on_sale' AND ${notEnded(sql, SETTLED_AFTER_SECONDS)} AND r.epoch > 0
    ON CONFLICT (slot) DO NOTHING`;
}

/** Takes one due comparison for `leaseSeconds`; one statement, `FOR UPDATE SKIP LOCKED`. Counts the attempt. */
export async function takeReconciliation(sql: Sql, leaseSeconds: number): Promise<Reconciliation | null> {
  const [row] = await sql<
    Reconciliation[]
  >`UPDATE reconciliations SET attempts = attempts + 1, due_at = now() + make_interval(secs => ${leaseSeconds})
    WHERE id = (SELECT id FROM reconciliations WHERE finished_at IS NULL AND dead_at IS NULL AND due_at <= now()
      ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING id, performance_id AS "performanceId", now() AS "startedAt", attempts,
      coalesce(slot LIKE 'hour:%' AND slot NOT LIKE ${`hour:%T${THOROUGH_HOUR}`}, false) AS "isBrief"`;
  return row ?? null;
}

export type DifferenceRow = { kind: string; subject: string; details: JSONValue; outcome: 'repaired' | 'left' };

/** Writes the report, once: a comparison that another process finished meanwhile stays as it is. One transaction. */
export async function finishReconciliation(
  sql: Sql,
  id: string,
  summary: JSONValue,
  differences: readonly DifferenceRow[],
): Promise<void> {
  await inTransaction(sql, async (tx) => {
    const rows =
      await tx`UPDATE reconciliations SET finished_at = now(), last_error = NULL, summary = ${tx.json(summary)}
      WHERE id = ${id} AND finished_at IS NULL RETURNING 1`;
    if (rows.length === 0 || differences.length === 0) return;
    await tx`INSERT INTO reconciliation_differences (reconciliation_id, ordinal, kind, subject, details, outcome)
      SELECT ${id}, ordinal, item ->> 'kind', item ->> 'subject', item -> 'details', item ->> 'outcome'
      FROM jsonb_array_elements(${tx.json([...differences])}) WITH ORDINALITY AS list (item, ordinal)`;
  });
}

/** Puts a comparison off after a failure, or lays it aside. */
export async function failReconciliation(
  sql: Sql,
  id: string,
  failure: { error: string; retryInMs: number | null },
): Promise<void> {
  await sql`UPDATE reconciliations SET last_error = ${failure.error}, due_at = now() + make_interval(secs => ${(failure.retryInMs ?? 0) / 1000}),
    dead_at = CASE WHEN ${failure.retryInMs === null} THEN now() END WHERE id = ${id}`;
}

export type ReportRow = {
  id: string;
  performanceId: string | null;
  requestedBy: string;
  requestedAt: Date;
  finishedAt: Date | null;
  deadAt: Date | null;
  lastError: string | null;
  summary: unknown;
};

/** Comparisons from the newest on, below the cursor (an id), or the one with this id. A plain read. */
export async function listReconciliations(
  sql: Sql,
  { cursor = null, id = null, limit }: { cursor?: string | null; id?: string | null; limit: number },
): Promise<ReportRow[]> {
  return sql<ReportRow[]>`SELECT id, performance_id AS "performanceId", requested_by AS "requestedBy",
      requested_at AS "requestedAt", finished_at AS "finishedAt", dead_at AS "deadAt", last_error AS "lastError", summary
    FROM reconciliations WHERE (${cursor}::uuid IS NULL OR (requested_at, id) < (SELECT requested_at, id FROM reconciliations WHERE id = ${cursor}::uuid))
      AND (${id}::uuid IS NULL OR id = ${id}::uuid)
    ORDER BY requested_at DESC, id DESC LIMIT ${limit}`;
}

/** What a comparison found, in order. A plain read; `MAX_DIFFERENCES` of core/reconcile bounds it. */
export async function readDifferences(sql: Sql, id: string): Promise<DifferenceRow[]> {
  return sql<DifferenceRow[]>`SELECT kind, subject, details, outcome FROM reconciliation_differences
    WHERE reconciliation_id = ${id} ORDER BY ordinal`;
}
