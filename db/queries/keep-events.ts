import { arrayLiteral as list } from '../array-literal.ts';
import type { Sql } from '../connect.ts';
import { inOneTrip } from '../one-trip.ts';
import {
  captureTable,
  confirmation,
  confirmedRows,
  inOrder,
  payable,
  type CaptureToConfirm,
  type ConfirmedRow,
} from './confirm-bookings.ts';
import type { Lease } from './own-work.ts';
import type { PlacedBooking } from './read-claims.ts';
import type { EventToKeep } from './webhook-inbox.ts';

/** An event as it was told, and the capture that it tells of, if any. */
export type EventToSettle = EventToKeep & { capture: CaptureToConfirm | null };

/**
 * Keeps events as `putInbox` does, and confirms in the same transaction the bookings that their captures pay in full, first and only:
 * the rows of those are kept as processed. Returns what each confirmed here; what any other (null) needs is left to whoever takes the
 * inbox's rows. Events of one batch differ in their keys. The inventory's work is this process's own where it has a `lease`.
 *
 * READ COMMITTED. First the bookings are locked, past those that somebody else has: an event never waits for another's work on its
 * booking. Which were locked is left in a setting of the transaction, since the statement that follows may judge only these: only
 * their rows can't change beneath its snapshot (`IS TRUE` has them hashed: joined, each is compared with each). An event that is there
 * already confirms nothing, whatever became of it.
 */
export async function keepEvents(
  sql: Sql,
  events: readonly EventToSettle[],
  lease: Lease | null = null,
): Promise<(PlacedBooking | null)[]> {
  const captures = events.map((event) => event.capture);
  const paymentIds = list(captures.flatMap((capture) => capture?.paymentId ?? []));
  const rows = await inOneTrip(sql, (tx) => ({
    locks: [
      tx`SELECT set_config('onsale.locked', coalesce(string_agg(id::text, ','), ''), true) FROM (
        SELECT id FROM bookings WHERE id IN (SELECT booking_id FROM payments WHERE id = ANY (${paymentIds}::uuid[]))
        ORDER BY id FOR UPDATE SKIP LOCKED) AS own`,
    ],
    work: tx<ConfirmedRow[]>`WITH ${captureTable(tx, captures)},
    told AS MATERIALIZED (
      SELECT * FROM unnest(${list(events.map((event) => event.provider))}::text[], ${list(events.map((event) => event.eventId))}::text[],
        ${list(events.map((event) => event.payloadJson))}::text[]) WITH ORDINALITY AS t (provider, event_id, payload, ord)),
    locked AS MATERIALIZED (
      SELECT id FROM unnest(string_to_array(current_setting('onsale.locked'), ',')::uuid[]) AS l (id)),
    settled AS MATERIALIZED (
      SELECT * FROM (${payable(tx)}) AS payable WHERE (booking_id IN (SELECT id FROM locked)) IS TRUE),
    kept AS (
      INSERT INTO webhook_inbox (provider, event_id, payload, attempts, processed_at)
      SELECT told.provider, told.event_id, told.payload::jsonb, CASE WHEN settled.ord IS NULL THEN 0 ELSE 1 END,
        CASE WHEN settled.ord IS NOT NULL THEN now() END
      FROM told LEFT JOIN settled USING (ord) ORDER BY provider COLLATE "C", event_id COLLATE "C"
      ON CONFLICT ON CONSTRAINT webhook_inbox_once DO NOTHING RETURNING provider, event_id),
    paid AS MATERIALIZED (
      SELECT settled.* FROM settled JOIN told USING (ord) JOIN kept USING (provider, event_id)),
    ${confirmation(tx, lease)} ${confirmedRows(tx)}`,
  }));
  return inOrder(events, rows);
}
