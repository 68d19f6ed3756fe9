import { arrayLiteral as list } from '../array-literal.ts';
import type { Sql } from '../connect.ts';

export type InboxRow = { provider: string; eventId: string; payload: unknown; attempts: number };

/** An event as it was told. */
export type EventToKeep = { provider: string; eventId: string; payloadJson: string };

/**
 * Keeps events that were told, each once; told again, nothing changes. Durable when it returns. One statement, rows in the order of
 * their key, so that two that are told the same don't wait for each other in a ring. A payload that is no JSON refuses all.
 */
export async function putInbox(sql: Sql, events: readonly EventToKeep[]): Promise<void> {
  await sql`INSERT INTO webhook_inbox (provider, event_id, payload)
    SELECT provider, event_id, payload::jsonb FROM unnest(${list(events.map((event) => event.provider))}::text[],
      ${list(events.map((event) => event.eventId))}::text[], ${list(events.map((event) => event.payloadJson))}::text[])
      AS told (provider, event_id, payload) ORDER BY provider COLLATE "C", event_id COLLATE "C"
    ON CONFLICT ON CONSTRAINT webhook_inbox_once DO NOTHING`;
}

/** Takes due events for `leaseSeconds`; one statement, `FOR UPDATE SKIP LOCKED`. Counts the attempt. */
export async function takeInbox(sql: Sql, limit: number, leaseSeconds: number): Promise<InboxRow[]> {
  return sql<
    InboxRow[]
  >`UPDATE webhook_inbox SET attempts = attempts + 1, due_at = now() + make_interval(secs => ${leaseSeconds})
    WHERE (provider, event_id) IN (SELECT provider, event_id FROM webhook_inbox
      WHERE processed_at IS NULL AND dead_at IS NULL AND due_at <= now() ORDER BY due_at LIMIT ${limit} FOR UPDATE SKIP LOCKED)
    RETURNING provider, event_id AS "eventId", payload, attempts`;
}

/** Marks events as processed; one statement, rows in the order of their key. */
export async function finishInbox(sql: Sql, rows: readonly Pick<InboxRow, 'provider' | 'eventId'>[]): Promise<void> {
  await sql`UPDATE webhook_inbox SET processed_at = now(), last_error = NULL WHERE (provider, event_id) IN (
    SELECT provider, event_id FROM webhook_inbox JOIN unnest(${list(rows.map((row) => row.provider))}::text[],
      ${list(rows.map((row) => row.eventId))}::text[]) AS done (provider, event_id) USING (provider, event_id)
    ORDER BY provider, event_id FOR UPDATE OF webhook_inbox)`;
}

/** Puts an event off after a failure, or lays it aside for a person to look at. */
export async function failInbox(
  sql: Sql,
  row: Pick<InboxRow, 'provider' | 'eventId'>,
  failure: { error: string; retryInMs: number | null },
): Promise<void> {
  await sql`UPDATE webhook_inbox SET last_error = ${failure.error},
      due_at = now() + make_interval(secs => ${(failure.retryInMs ?? 0) / 1000}),
      dead_at = CASE WHEN ${failure.retryInMs === null} THEN now() END
    WHERE provider = ${row.provider} AND event_id = ${row.eventId}`;
}
