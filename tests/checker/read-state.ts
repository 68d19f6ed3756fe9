import type { Sql, Transaction } from '../../db/connect.ts';
import type { BookingRow, OfferRow, StoredState } from './history.ts';

/** Reads what Postgres holds, for the checker: one snapshot, so that a straggler can't make it contradict itself. */
export async function readStoredState(sql: Sql): Promise<StoredState> {
  return sql.begin('isolation level repeatable read read only', async (tx) => {
    const bookings = await tx<BookingRow[]>`
      SELECT b.id, b.hold_id AS "holdId", b.performance_id AS "performanceId", b.status, b.total_minor AS "totalMinor",
        b.currency, b.from_leg AS "fromLeg", b.to_leg AS "toLeg", ${ms(tx, tx`b.created_at`)} AS "createdAtMs",
        (extract(epoch FROM now() - b.pay_by) * 1000)::float8 AS "overdueMs",
        json_agg(json_build_object('zoneId', i.zone_id, 'seatId', i.seat_id, 'quantity', i.quantity)) AS items
      FROM bookings b JOIN booking_items i ON i.booking_id = b.id GROUP BY b.id`;
    const claims = await tx<StoredState['claims']>`
      SELECT performance_id AS "performanceId", seat_id AS "seatId", leg, booking_id AS "bookingId", block_id AS "blockId", state
      FROM seat_claims`;
    const zoneLegs = await tx<StoredState['zoneLegs']>`
      SELECT z.performance_id AS "performanceId", z.zone_id AS "zoneId", z.leg, z.capacity + own.capacity AS capacity,
        z.sold + own.sold AS sold, own.blocked, z.capacity - z.sold AS free
      FROM zone_legs z CROSS JOIN LATERAL (SELECT coalesce(sum(l.capacity), 0)::int AS capacity, coalesce(sum(l.sold), 0)::int AS sold,
          coalesce(sum(l.capacity - l.sold) FILTER (WHERE NOT b.is_offer), 0)::int AS blocked
        FROM block_legs l JOIN blocks b ON b.id = l.block_id
        WHERE b.performance_id = z.performance_id AND l.zone_id = z.zone_id AND l.leg = z.leg) own`;
    const entries = await tx<StoredState['entries']>`SELECT id, state FROM waitlist_entries`;
    const offers = await tx<OfferRow[]>`
      SELECT o.block_id AS id, o.entry_id AS "entryId", e.state AS "entryState", o.hold_id AS "holdId",
        b.performance_id AS "performanceId", b.from_leg AS "fromLeg", b.to_leg AS "toLeg",
        ${ms(tx, tx`o.offered_at`)} AS "offeredAtMs", ${ms(tx, tx`o.ended_at`)} AS "endedAtMs",
        (SELECT json_agg(json_build_object('zoneId', i.zone_id, 'seatId', i.seat_id, 'quantity', i.quantity))
          FROM block_items i WHERE i.block_id = b.id) AS items
      FROM waitlist_offers o JOIN blocks b ON b.id = o.block_id JOIN waitlist_entries e ON e.id = o.entry_id`;
    const payments = await tx<StoredState['payments']>`
      WITH owed AS (SELECT payload ->> 'paymentId' AS payment_id, sum((payload ->> 'amountMinor')::bigint)::bigint AS minor
        FROM outbox WHERE kind = 'payment.refund' AND done_at IS NULL GROUP BY 1)
      SELECT p.id AS "paymentId", p.booking_id AS "bookingId", p.currency,
        coalesce(sum(l.amount_minor) FILTER (WHERE l.kind = 'capture'), 0)::bigint AS "capturedMinor",
        coalesce(sum(l.amount_minor) FILTER (WHERE l.kind = 'refund'), 0)::bigint AS "refundedMinor",
        coalesce(max(owed.minor), 0)::bigint AS "owedBackMinor"
      FROM payments p LEFT JOIN payment_ledger l ON l.payment_id = p.id LEFT JOIN owed ON owed.payment_id = p.id::text
      GROUP BY p.id`;
    const [waiting] = await tx<Record<string, number>[]>`
      SELECT (SELECT count(*)::int FROM webhook_inbox WHERE processed_at IS NULL) AS inbox,
        (SELECT count(*)::int FROM outbox WHERE done_at IS NULL) AS outbox,
        (SELECT count(*)::int FROM own_work) AS "ownWork",
        (SELECT count(*)::int FROM bookings WHERE status = 'pending_payment' AND pay_by < now()) AS due,
        (SELECT count(*)::int FROM waitlist_offers WHERE ended_at IS NULL AND offer_until < now()) AS offers,
        (SELECT count(*)::int FROM blocks WHERE applied_version < version) AS blocks`;
    return {
      bookings: [...bookings],
      claims: [...claims],
      zoneLegs: [...zoneLegs],
      payments: [...payments],
      entries: [...entries],
      offers: [...offers],
      waiting: { ...waiting },
    };
  });
}

/** A moment in ms since 1970, parts of one kept: offers of one seat follow each other within them. */
const ms = (tx: Transaction, moment: ReturnType<Transaction>) => tx`(extract(epoch FROM ${moment}) * 1000)::float8`;
