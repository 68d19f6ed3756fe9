import { arrayLiteral as list } from '../array-literal.ts';
import type { Sql } from '../connect.ts';
import { inOneTrip } from '../one-trip.ts';
import { isWaitedFor } from './waitlist-entries.ts';

/** An unpaid booking whose time is over; `outboxId` is that of the row which tells the inventory. */
export type BookingToExpire = { id: string; outboxId: string };

/** `waited`: it is due, and nothing was changed, since its places may go to somebody who waits for them. `kept`: it is not due. */
export type ExpiryResult = 'expired' | 'waited' | 'kept';

/**
 * Ends those of these bookings that are still unpaid past their `pay_by`: their seats and places go back (to the allocation they came from), their open attempts are
 * closed, and the provider is told of those it was asked for. Where somebody waits for places of the performance, a booking ends alone
 * (core/bookings/expire-waited.ts). READ COMMITTED, in one transaction:
 * zone rows first, then the bookings, each in the order that every writer keeps; the statement that follows sees them as they are.
 */
export async function expireBookings(sql: Sql, due: readonly BookingToExpire[]): Promise<ExpiryResult[]> {
  const ids = list(due.map((one) => one.id));
  const rows = await inOneTrip(sql, (tx) => ({
    locks: [
      tx`SELECT 1 FROM zone_legs z JOIN (SELECT DISTINCT b.performance_id, i.zone_id, leg
        FROM bookings b JOIN booking_items i ON i.booking_id = b.id CROSS JOIN generate_series(b.from_leg, b.to_leg - 1) AS leg
        WHERE b.id = ANY (${ids}::uuid[])) AS own USING (performance_id, zone_id, leg)
      ORDER BY z.performance_id, z.zone_id, z.leg FOR UPDATE OF z`,
      tx`SELECT 1 FROM bookings WHERE id = ANY (${ids}::uuid[]) ORDER BY id FOR UPDATE`,
    ],
    work: tx<{ ord: number; isWaited: boolean }[]>`WITH due AS MATERIALIZED (
      SELECT o.ord, o.outbox_id, b.id AS booking_id, b.version + 1 AS version, b.performance_id, b.from_leg, b.to_leg,
        ${isWaitedFor(tx, tx`b.performance_id`)} AS is_waited
      FROM unnest(${ids}::uuid[], ${list(due.map((one) => one.outboxId))}::uuid[]) WITH ORDINALITY AS o (id, outbox_id, ord)
      CROSS JOIN LATERAL (SELECT * FROM bookings b WHERE b.id = o.id LIMIT 1) b
      WHERE b.status = 'pending_payment' AND b.pay_by <= clock_timestamp()),
    over AS MATERIALIZED (SELECT * FROM due WHERE NOT is_waited),
    expired AS (
      UPDATE bookings b SET status = 'expired', version = over.version, changed_at = now(), expiry_retry_at = NULL
      FROM over WHERE b.id = over.booking_id),
    new_history AS (
      INSERT INTO booking_history (booking_id, version, actor, action) SELECT booking_id, version, 'sweeper', 'expired' FROM over),
    freed AS (DELETE FROM seat_claims c USING over WHERE c.booking_id = over.booking_id AND c.block_id IS NULL),
    given_back AS (
      UPDATE seat_claims c SET booking_id = NULL, state = 'blocked' FROM over
      WHERE c.booking_id = over.booking_id AND c.block_id IS NOT NULL),
    allocation_unsold AS (
      UPDATE block_legs l SET sold = l.sold - change.quantity
      FROM (SELECT i.block_id, i.zone_id, leg, sum(i.quantity)::int AS quantity
        FROM over JOIN booking_items i ON i.booking_id = over.booking_id CROSS JOIN generate_series(over.from_leg, over.to_leg - 1) AS leg
        WHERE i.block_id IS NOT NULL GROUP BY 1, 2, 3) change
      WHERE l.block_id = change.block_id AND l.zone_id = change.zone_id AND l.leg = change.leg),
    unsold AS (
      UPDATE zone_legs z SET sold = z.sold - change.quantity
      FROM (SELECT over.performance_id, i.zone_id, leg, sum(i.quantity)::int AS quantity
        FROM over JOIN booking_items i ON i.booking_id = over.booking_id CROSS JOIN generate_series(over.from_leg, over.to_leg - 1) AS leg
        WHERE i.block_id IS NULL GROUP BY 1, 2, 3) change
      WHERE z.performance_id = change.performance_id AND z.zone_id = change.zone_id AND z.leg = change.leg),
    closed AS (
      UPDATE payments p SET status = 'cancelled' FROM over WHERE p.booking_id = over.booking_id AND p.status = 'open'
      RETURNING p.id, p.booking_id, p.requested_at, over.version),
    new_work AS (
      INSERT INTO outbox (id, booking_id, version, kind, payload)
      SELECT outbox_id, booking_id, version, 'inventory.apply', '{}' FROM over
      UNION ALL
      SELECT gen_random_uuid(), booking_id, version, 'payment.cancel', jsonb_build_object('paymentId', id)
      FROM closed WHERE requested_at IS NOT NULL)
    SELECT ord::int AS ord, is_waited AS "isWaited" FROM due`,
  }));
  const found = new Map(rows.map(({ ord, isWaited }) => [ord, isWaited ? 'waited' : 'expired'] as const));
  return due.map((_, index) => found.get(index + 1) ?? 'kept');
}

/** An open attempt to pay that the provider was asked for, and so can know of. */
export type AskedPayment = { id: string; bookingId: string; provider: string; amountMinor: number; currency: string };

/** The attempts of these bookings that the provider has to be asked about before they end. A plain read. */
export async function readAskedPayments(sql: Sql, bookingIds: readonly string[]): Promise<AskedPayment[]> {
  return sql<AskedPayment[]>`SELECT id, booking_id AS "bookingId", provider, amount_minor AS "amountMinor", currency
    FROM payments
    WHERE booking_id = ANY (${list(bookingIds)}::uuid[]) AND status = 'open' AND requested_at IS NOT NULL ORDER BY created_at, id`;
}
