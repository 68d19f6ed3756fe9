import type { Sql, Transaction } from '../connect.ts';

/** What operators read of bookings. Plain reads, no lock. */

export type ReportedBooking = {
  id: string;
  performanceId: string;
  status: string;
  buyerName: string;
  buyerEmail: string;
  places: number;
  totalMinor: number;
  currency: string;
  capturedMinor: number;
  refundedMinor: number;
  createdAt: Date;
  payBy: Date;
  /** Where the last dispute of its money stands, in the provider's word; null when nobody disputes it. */
  dispute: string | null;
};

/** Bookings after `afterId` ('' = from the first), of one performance where it is named; ids are ordered by time. */
export async function readReportedBookings(
  sql: Sql,
  { performanceId, afterId, limit }: { performanceId: string | null; afterId: string; limit: number },
): Promise<ReportedBooking[]> {
  return sql<ReportedBooking[]>`SELECT b.id, b.performance_id AS "performanceId", b.status, b.buyer_name AS "buyerName",
      b.buyer_email AS "buyerEmail", b.total_minor AS "totalMinor", b.currency, b.created_at AS "createdAt", b.pay_by AS "payBy",
      (SELECT coalesce(sum(quantity), 0)::int FROM booking_items i WHERE i.booking_id = b.id) AS places,
      coalesce(money.captured, 0)::bigint AS "capturedMinor", coalesce(money.refunded, 0)::bigint AS "refundedMinor",
      (SELECT h.details ->> 'status' FROM booking_history h WHERE h.booking_id = b.id AND h.action = 'dispute'
        ORDER BY h.at DESC LIMIT 1) AS dispute
    FROM bookings b LEFT JOIN LATERAL (
      SELECT sum(l.amount_minor) FILTER (WHERE l.kind = 'capture') AS captured,
        sum(l.amount_minor) FILTER (WHERE l.kind = 'refund') AS refunded
      FROM payments p JOIN payment_ledger l ON l.payment_id = p.id WHERE p.booking_id = b.id) AS money ON true
    WHERE (${performanceId}::text IS NULL OR b.performance_id = ${performanceId}::text)
      AND b.id > ${afterId === '' ? '00000000-0000-0000-0000-000000000000' : afterId} ORDER BY b.id LIMIT ${limit}`;
}

export type HistoryLine = { at: Date; version: number; actor: string; action: string; details: unknown };

/** Who did what to a booking, oldest first; empty when there is no such booking. */
export async function readHistory(sql: Sql, bookingId: string, limit: number): Promise<HistoryLine[]> {
  return sql<HistoryLine[]>`SELECT at, version, actor, action, details FROM booking_history
    WHERE booking_id = ${bookingId} ORDER BY at, version LIMIT ${limit}`;
}

/** Notes what a refund leaves with the seller. Needs the booking's lock. */
export async function keepFee(
  tx: Transaction,
  fee: { bookingId: string; amountMinor: number; currency: string; keptBy: string },
): Promise<void> {
  await tx`INSERT INTO retained_fees (booking_id, amount_minor, currency, kept_by)
    VALUES (${fee.bookingId}, ${fee.amountMinor}, ${fee.currency}, ${fee.keptBy})`;
}
