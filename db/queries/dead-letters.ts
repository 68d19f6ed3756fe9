import type { DeadLetter } from '../../contracts/operator-bookings.ts';
import type { Sql, Transaction } from '../connect.ts';

/** A laid-aside row with its time as the database gives it. */
type DeadRow = Omit<DeadLetter, 'deadAt'> & { deadAt: Date };

/** Laid-aside rows from the newest on, below the cursor (an id). A plain read, by the partial indexes on `dead_at`. */
export async function listDeadLetters(
  sql: Sql,
  { cursor, limit }: { cursor: string | null; limit: number },
): Promise<DeadRow[]> {
  return sql<DeadRow[]>`WITH dead AS (
      SELECT 'outbox-' || id AS id, kind, booking_id, attempts, last_error, dead_at FROM outbox WHERE dead_at IS NOT NULL
      UNION ALL
      SELECT 'inbox-' || translate(encode(convert_to(provider || '/' || event_id, 'UTF8'), 'base64'), E'+/=\n', '-_'),
        'webhook.' || provider, NULL, attempts, last_error, dead_at FROM webhook_inbox WHERE dead_at IS NOT NULL
      UNION ALL
      SELECT 'webhook-' || d.id, 'endpoint.' || d.type, d.booking_id, d.attempts, d.last_error, d.dead_at FROM webhook_deliveries d
        JOIN webhook_endpoints e ON e.id = d.endpoint_id AND e.deleted_at IS NULL WHERE d.dead_at IS NOT NULL
      UNION ALL
      SELECT 'notification-' || id, 'notification.' || kind, booking_id, attempts, last_error, dead_at FROM notifications
        WHERE dead_at IS NOT NULL)
    SELECT id, kind, booking_id AS "bookingId", attempts, last_error AS "lastError", dead_at AS "deadAt" FROM dead
    WHERE ${cursor}::text IS NULL OR (dead_at, id) < (SELECT dead_at, id FROM dead WHERE id = ${cursor}::text)
    ORDER BY dead_at DESC, id DESC LIMIT ${limit}`;
}

/** Makes a laid-aside outbox row due again, its attempts counted anew. False when it is not laid aside. One row's update. */
export async function reviveOutbox(tx: Transaction, id: string): Promise<boolean> {
  const rows = await tx`UPDATE outbox SET dead_at = NULL, attempts = 0, due_at = now()
    WHERE id = ${id} AND dead_at IS NOT NULL RETURNING 1`;
  return rows.length === 1;
}

/** The same of an event in the inbox. */
export async function reviveInbox(tx: Transaction, provider: string, eventId: string): Promise<boolean> {
  const rows = await tx`UPDATE webhook_inbox SET dead_at = NULL, attempts = 0, due_at = now()
    WHERE provider = ${provider} AND event_id = ${eventId} AND dead_at IS NOT NULL RETURNING 1`;
  return rows.length === 1;
}

/** The same of an event that an endpoint did not take; it is sent once the endpoint is in use. */
export async function reviveDelivery(tx: Transaction, id: string): Promise<boolean> {
  const rows = await tx`UPDATE webhook_deliveries SET dead_at = NULL, attempts = 0, due_at = now()
    WHERE id = ${id} AND dead_at IS NOT NULL RETURNING 1`;
  return rows.length === 1;
}

/** The same of a message that could not be sent. */
export async function reviveNotification(tx: Transaction, id: string): Promise<boolean> {
  const rows = await tx`UPDATE notifications SET dead_at = NULL, attempts = 0, due_at = now()
    WHERE id = ${id} AND dead_at IS NOT NULL RETURNING 1`;
  return rows.length === 1;
}
