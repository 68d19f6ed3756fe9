import type { Connection, Statement, Transaction } from '../connect.ts';

/*
 * The limit of places a buyer may have of a performance, for a booking that was written before and comes back. New ones are counted in
 * their batch (write-bookings.ts), under the same locks.
 */

/**
 * Lets bookings of one counted buyer pass one after the other, whichever process they came to: advisory locks on e-mail and identity
 * until the transaction's end, in the order of their numbers, before any row. Performances without a limit take none. `buyers`: a
 * query of performance id, e-mail and identity.
 */
export const lockCounted = (tx: Connection, buyers: Statement<object>): Statement<object> =>
  tx`WITH r (performance_id, email, identity) AS MATERIALIZED (${buyers}),
    counted AS MATERIALIZED (
      SELECT p.id FROM (SELECT DISTINCT performance_id FROM r) wanted
      CROSS JOIN LATERAL (SELECT p.id FROM performances p
        WHERE p.id = wanted.performance_id AND p.places_per_buyer IS NOT NULL LIMIT 1) p)
    SELECT pg_advisory_xact_lock(buyer) FROM (
      SELECT DISTINCT hashtextextended(r.performance_id || named.buyer, 1) AS buyer
      FROM r JOIN counted ON counted.id = r.performance_id
      CROSS JOIN LATERAL (VALUES (' ' || r.email), (' identity ' || r.identity)) AS named (buyer)
      WHERE named.buyer IS NOT NULL ORDER BY buyer) AS buyers`;

/** Locks the buyer of a booking. */
export async function lockBuyerOf(tx: Transaction, bookingId: string): Promise<void> {
  await lockCounted(tx, tx`SELECT performance_id, email_normalised, identity FROM bookings WHERE id = ${bookingId}`);
}

/** Whether its buyer would have more than allowed with this booking, which does not count yet. Needs `lockBuyerOf`. */
export async function isOverLimit(tx: Transaction, bookingId: string): Promise<boolean> {
  const rows = await tx`SELECT 1 FROM bookings own JOIN performances p ON p.id = own.performance_id
    CROSS JOIN LATERAL (SELECT sum(quantity) AS places FROM booking_items WHERE booking_id = own.id) wanted
    CROSS JOIN LATERAL (SELECT coalesce(sum(i.quantity) FILTER (WHERE b.email_normalised = own.email_normalised), 0) AS by_email,
        coalesce(sum(i.quantity) FILTER (WHERE b.identity = own.identity), 0) AS by_identity
      FROM bookings b JOIN booking_items i ON i.booking_id = b.id
      WHERE b.performance_id = own.performance_id AND b.id <> own.id AND b.status IN ('pending_payment', 'confirmed')
        AND (b.email_normalised = own.email_normalised OR b.identity = own.identity)) has
    WHERE own.id = ${bookingId} AND p.places_per_buyer IS NOT NULL
      AND greatest(has.by_email, has.by_identity) + wanted.places > p.places_per_buyer`;
  return rows.length > 0;
}
