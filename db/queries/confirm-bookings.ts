import { arrayLiteral as list } from '../array-literal.ts';
import type { Connection, Sql } from '../connect.ts';
import { inOneTrip } from '../one-trip.ts';
import { newInventoryWork, type Lease } from './own-work.ts';
import type { PlacedBooking } from './read-claims.ts';

/** Money that the provider took for a payment of ours. */
export type CaptureToConfirm = {
  paymentId: string;
  captureId: string;
  amountMinor: number;
  currency: string;
};

/**
 * Confirms the bookings that these captures pay in full, first and only: ledger, payment, claims, booking, tickets, history, outbox.
 * Returns what each confirmed here; null, having written nothing for it, for what needs a closer look (paid before, refunded, late, a
 * wrong amount, unknown). The inventory's work is this process's own where it has a `lease`. READ COMMITTED, in one transaction: the bookings are locked in the order of their ids, so that the
 * statement that follows sees them as they are. No zone rows: nothing is freed or taken.
 */
export async function confirmBookings(
  sql: Sql,
  captures: readonly CaptureToConfirm[],
  lease: Lease | null = null,
): Promise<(PlacedBooking | null)[]> {
  const paymentIds = list(captures.map((capture) => capture.paymentId));
  const rows = await inOneTrip(sql, (tx) => ({
    locks: [
      tx`SELECT 1 FROM bookings WHERE id IN (SELECT booking_id FROM payments WHERE id = ANY (${paymentIds}::uuid[]))
      ORDER BY id FOR UPDATE`,
    ],
    work: tx<ConfirmedRow[]>`WITH ${captureTable(tx, captures)}, paid AS MATERIALIZED (${payable(tx)}),
    ${confirmation(tx, lease)} ${confirmedRows(tx)}`,
  }));
  return inOrder(captures, rows);
}

/** A row of what a statement with `confirmation` returns. */
export type ConfirmedRow = PlacedBooking & { ord: number };

/** The end of such a statement: the bookings as they are from now on, so that whoever tells the inventory need not read them. */
export const confirmedRows = (tx: Connection) => tx`
    SELECT paid.ord::int AS ord, paid.booking_id AS id, paid.performance_id AS "performanceId", paid.version, 'confirmed' AS status,
      paid.hold_id AS "holdId", paid.from_leg AS "fromLeg", paid.to_leg AS "toLeg", own.items
    FROM paid CROSS JOIN LATERAL (SELECT json_agg(json_build_object('zoneId', i.zone_id, 'seatId', i.seat_id, 'quantity', i.quantity,
        'blockId', i.block_id)) AS items
      FROM booking_items i WHERE i.booking_id = paid.booking_id) own`;

/** What each of a batch has confirmed. */
export function inOrder(batch: readonly unknown[], rows: readonly ConfirmedRow[]): (PlacedBooking | null)[] {
  const confirmed = new Map(rows.map(({ ord, ...placed }) => [ord, placed]));
  return batch.map((_, index) => confirmed.get(index + 1) ?? null);
}

/** Captures as the common table expression `capture`; `ord` is their place in the batch from 1, where null stands for no capture. */
export const captureTable = (tx: Connection, captures: readonly (CaptureToConfirm | null)[]) => tx`
    capture AS MATERIALIZED (
      SELECT * FROM unnest(${list(captures.map((one) => one?.paymentId ?? null))}::uuid[],
        ${list(captures.map((one) => one?.captureId ?? null))}::text[],
        ${list(captures.map((one) => one?.amountMinor ?? null))}::bigint[],
        ${list(captures.map((one) => one?.currency ?? null))}::text[])
        WITH ORDINALITY AS c (payment_id, capture_id, amount_minor, currency, ord))`;

/** Those of `capture` that confirm a booking, one for each booking. Its row has to be locked before the statement's snapshot. */
export const payable = (tx: Connection) => tx`
      SELECT DISTINCT ON (b.id) c.*, b.id AS booking_id, b.version + 1 AS version, b.performance_id, b.hold_id, b.from_leg, b.to_leg
      FROM capture c
      CROSS JOIN LATERAL (SELECT p.booking_id FROM payments p WHERE p.id = c.payment_id LIMIT 1) payment
      CROSS JOIN LATERAL (SELECT * FROM bookings b WHERE b.id = payment.booking_id LIMIT 1) b
      LEFT JOIN LATERAL (SELECT 1 AS found FROM payment_ledger l WHERE l.payment_id = c.payment_id LIMIT 1) before ON true
      WHERE b.status = 'pending_payment' AND b.total_minor = c.amount_minor AND b.currency = c.currency AND before.found IS NULL
      ORDER BY b.id, c.ord`;

/**
 * Every row of the bookings in `paid`, which has the columns of `payable`. Items are looked up booking by booking: numbered all together
 * they come sorted by booking, for which the planner reads every item there is.
 */
export const confirmation = (tx: Connection, lease: Lease | null) => tx`
    new_ledger AS (
      INSERT INTO payment_ledger (payment_id, kind, provider_event, amount_minor, currency)
      SELECT payment_id, 'capture', capture_id, amount_minor, currency FROM paid),
    captured AS (UPDATE payments p SET status = 'captured' FROM paid WHERE p.id = paid.payment_id),
    confirmed AS (
      UPDATE bookings b SET status = 'confirmed', version = paid.version, changed_at = now(), expiry_retry_at = NULL
      FROM paid WHERE b.id = paid.booking_id),
    new_history AS (
      INSERT INTO booking_history (booking_id, version, actor, action, details)
      SELECT booking_id, version, 'provider', 'paid', jsonb_build_object('paymentId', payment_id, 'amountMinor', amount_minor) FROM paid),
    sold AS (UPDATE seat_claims c SET state = 'sold' FROM paid WHERE c.booking_id = paid.booking_id),
    new_ticket AS (
      INSERT INTO entry_tickets (id, booking_id, ordinal, zone_id, seat_id)
      SELECT gen_random_uuid(), paid.booking_id, t.ordinal, t.zone_id, t.seat_id FROM paid CROSS JOIN LATERAL (
        SELECT row_number() OVER (ORDER BY i.line, n) - 1 AS ordinal, i.zone_id, i.seat_id
        FROM booking_items i CROSS JOIN generate_series(1, i.quantity) AS n WHERE i.booking_id = paid.booking_id) t),
    closed AS (
      UPDATE payments p SET status = 'cancelled' FROM paid
      WHERE p.booking_id = paid.booking_id AND p.id <> paid.payment_id AND p.status = 'open'
      RETURNING p.id, p.booking_id, p.requested_at, paid.version),
    new_work AS (${newInventoryWork(tx, tx`paid`, lease)}),
    new_cancel AS (
      INSERT INTO outbox (id, booking_id, version, kind, payload)
      SELECT gen_random_uuid(), booking_id, version, 'payment.cancel', jsonb_build_object('paymentId', id)
      FROM closed WHERE requested_at IS NOT NULL)`;
