import type { Sql } from '../../db/connect.ts';
import type { BookingRow, StoredState } from './history.ts';

/** Reads what Postgres holds, for the checker: one snapshot, so that a straggler can't make it contradict itself. */
export async function readStoredState(sql: Sql): Promise<StoredState> {
  return sql.begin('isolation level repeatable read read only', async (tx) => {
    const bookings = await tx<BookingRow[]>`
      SELECT b.id, b.hold_id AS "holdId", b.performance_id AS "performanceId", b.status, b.total_minor AS "totalMinor",
        b.currency, b.from_leg AS "fromLeg", b.to_leg AS "toLeg",
        (extract(epoch FROM now() - b.pay_by) * 1000)::float8 AS "overdueMs",
        json_agg(json_build_object('zoneId', i.zone_id, 'seatId', i.seat_id, 'quantity', i.quantity)) AS items
      FROM bookings b JOIN booking_items i ON i.booking_id = b.id GROUP BY b.id`;
    const claims = await tx<StoredState['claims']>`
      SELECT performance_id AS "performanceId", seat_id AS "seatId", leg, booking_id AS "bookingId", state FROM seat_claims
      WHERE booking_id IS NOT NULL`;
    const zoneLegs = await tx<StoredState['zoneLegs']>`
      SELECT z.performance_id AS "performanceId", z.zone_id AS "zoneId", z.leg, z.capacity + own.capacity AS capacity,
        z.sold + own.sold AS sold
      FROM zone_legs z CROSS JOIN LATERAL (SELECT coalesce(sum(l.capacity), 0)::int AS capacity, coalesce(sum(l.sold), 0)::int AS sold
        FROM block_legs l JOIN blocks b ON b.id = l.block_id
        WHERE b.performance_id = z.performance_id AND l.zone_id = z.zone_id AND l.leg = z.leg) own`;
    const payments = await tx<StoredState['payments']>`
      WITH owed AS (SELECT payload ->> 'paymentId' AS payment_id, sum((payload ->> 'amountMinor')::bigint)::bigint AS minor
        FROM outbox WHERE kind = 'payment.refund' AND done_at IS NULL GROUP BY 1)
      SELECT p.id AS "paymentId", p.booking_id AS "bookingId", p.currency,
        coalesce(sum(l.amount_minor) FILTER (WHERE l.kind = 'capture'), 0)::bigint AS "capturedMinor",
        coalesce(sum(l.amount_minor) FILTER (WHERE l.kind = 'refund'), 0)::bigint AS "refundedMinor",
        coalesce(max(owed.minor), 0)::bigint AS "owedBackMinor"
      FROM payments p LEFT JOIN payment_ledger l ON l.payment_id = p.id LEFT JOIN owed ON owed.payment_id = p.id::text
      GROUP BY p.id`;
    const [waiting] = await tx<{ inbox: number; outbox: number; due: number }[]>`
      SELECT (SELECT count(*)::int FROM webhook_inbox WHERE processed_at IS NULL) AS inbox,
        (SELECT count(*)::int FROM outbox WHERE done_at IS NULL) AS outbox,
        (SELECT count(*)::int FROM bookings WHERE status = 'pending_payment' AND pay_by < now()) AS due`;
    return {
      bookings: [...bookings],
      claims: [...claims],
      zoneLegs: [...zoneLegs],
      payments: [...payments],
      waiting: { inbox: waiting?.inbox ?? 0, outbox: waiting?.outbox ?? 0, due: waiting?.due ?? 0 },
    };
  });
}
