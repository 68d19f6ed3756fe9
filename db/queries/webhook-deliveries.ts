import { arrayLiteral as list } from '../array-literal.ts';
import type { Sql, Transaction } from '../connect.ts';
import type { FailedWork } from './outbox.ts';

/** One event for one endpoint, with what never changes of its booking. */
export type WebhookDelivery = {
  id: string;
  /** The same for every endpoint and every attempt. */
  eventId: string;
  type: string;
  at: Date;
  attempts: number;
  version: number | null;
  /** Null: a test. */
  booking: {
    bookingId: string;
    performanceId: string;
    totalMinor: number;
    currency: string;
    items: { zoneId: string; seatId: string | null; quantity: number; priceMinor: number }[];
  } | null;
};

/** Endpoints in use that something is due for. Plain reads by index, one for each endpoint. */
export async function listDueEndpoints(sql: Sql): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`SELECT e.id FROM webhook_endpoints e
    WHERE e.disabled_at IS NULL AND e.deleted_at IS NULL AND EXISTS (SELECT 1 FROM webhook_deliveries d
      WHERE d.endpoint_id = e.id AND d.done_at IS NULL AND d.dead_at IS NULL AND d.due_at <= now())`;
  return rows.map((row) => row.id);
}

/** Takes due deliveries of an endpoint for `leaseSeconds`; one statement, `FOR UPDATE SKIP LOCKED`. Counts the attempt. */
export async function takeDeliveries(
  sql: Sql,
  endpointId: string,
  { limit, leaseSeconds }: { limit: number; leaseSeconds: number },
): Promise<WebhookDelivery[]> {
  return sql<WebhookDelivery[]>`UPDATE webhook_deliveries d
    SET attempts = d.attempts + 1, due_at = now() + make_interval(secs => ${leaseSeconds})
    FROM (SELECT id FROM webhook_deliveries WHERE endpoint_id = ${endpointId} AND done_at IS NULL AND dead_at IS NULL AND due_at <= now()
      ORDER BY due_at LIMIT ${limit} FOR UPDATE SKIP LOCKED) AS due
    WHERE d.id = due.id
    RETURNING d.id, d.event_id AS "eventId", d.type, d.at, d.attempts, d.version,
      (SELECT json_build_object('bookingId', b.id, 'performanceId', b.performance_id, 'totalMinor', b.total_minor, 'currency', b.currency,
        'items', (SELECT json_agg(json_build_object('zoneId', i.zone_id, 'seatId', i.seat_id, 'quantity', i.quantity,
          'priceMinor', i.price_minor) ORDER BY i.line) FROM booking_items i WHERE i.booking_id = b.id))
        FROM bookings b WHERE b.id = d.booking_id) AS booking`;
}

/** Marks deliveries as taken by their receiver; one statement, rows locked in the order of their ids. */
export async function finishDeliveries(sql: Sql, ids: readonly string[]): Promise<void> {
  await sql`UPDATE webhook_deliveries SET done_at = now(), last_error = NULL
    WHERE id IN (SELECT id FROM webhook_deliveries WHERE id = ANY (${list(ids)}::uuid[]) ORDER BY id FOR UPDATE)`;
}

/**
 * Puts deliveries off, or lays them aside; one statement, rows locked in the order of their ids. Pauses grow by up to a quarter, so that
 * what failed together does not come back together.
 */
export async function failDeliveries(sql: Sql, failures: readonly FailedWork[]): Promise<void> {
  await sql`UPDATE webhook_deliveries SET last_error = failed.error,
      due_at = now() + coalesce(failed.retry_in_ms, 0) * (1 + random() / 4) * interval '1 millisecond',
      dead_at = CASE WHEN failed.retry_in_ms IS NULL THEN now() END
    FROM (SELECT d.id, f.error, f.retry_in_ms FROM webhook_deliveries d
      JOIN unnest(${list(failures.map((one) => one.id))}::uuid[], ${list(failures.map((one) => one.error))}::text[],
        ${list(failures.map((one) => one.retryInMs))}::float8[]) AS f (id, error, retry_in_ms) USING (id)
      ORDER BY d.id FOR UPDATE OF d) AS failed
    WHERE webhook_deliveries.id = failed.id`;
}

/** Adds an event that is no booking's, for an operator who tries an endpoint. */
export async function insertTestDelivery(
  tx: Transaction,
  delivery: { endpointId: string; eventId: string; type: string },
): Promise<void> {
  await tx`INSERT INTO webhook_deliveries (endpoint_id, event_id, type)
    VALUES (${delivery.endpointId}, ${delivery.eventId}, ${delivery.type})`;
}
