import type { PaymentStatus } from '../../contracts/bookings.ts';
import type { Sql, Transaction } from '../connect.ts';

/** Which booking a payment belongs to, or null. A plain read: payments never move. */
export async function findPayment(sql: Sql | Transaction, paymentId: string): Promise<{ bookingId: string } | null> {
  const [row] = await sql<
    { bookingId: string }[]
  >`SELECT booking_id AS "bookingId" FROM payments WHERE id = ${paymentId}`;
  return row ?? null;
}

/** A new attempt to pay. Needs the booking's lock; `payments_one_open_per_booking` refuses a second open one. */
export async function insertPayment(
  tx: Transaction,
  payment: { id: string; bookingId: string; provider: string; amountMinor: number; currency: string },
): Promise<void> {
  await tx`INSERT INTO payments (id, booking_id, provider, status, amount_minor, currency)
    VALUES (${payment.id}, ${payment.bookingId}, ${payment.provider}, 'open', ${payment.amountMinor}, ${payment.currency})`;
}

/** Moves a payment on. Needs the booking's lock. */
export async function setPaymentStatus(tx: Transaction, paymentId: string, status: PaymentStatus): Promise<void> {
  await tx`UPDATE payments SET status = ${status} WHERE id = ${paymentId}`;
}

/**
 * Notes that the provider is about to be asked for an open payment; false when it is open no more: whoever closed it saw that the
 * provider was never asked, and won't ask it to cancel. One row's update, its own transaction.
 */
export async function markRequested(sql: Sql, paymentId: string): Promise<boolean> {
  const rows = await sql`UPDATE payments SET requested_at = coalesce(requested_at, now())
    WHERE id = ${paymentId} AND status = 'open' RETURNING 1`;
  return rows.length === 1;
}

/** Stores a checkout code's hash. */
export async function insertCheckoutCode(
  tx: Transaction,
  codeHash: Uint8Array,
  paymentId: string,
  ttlSeconds: number,
): Promise<void> {
  await tx`INSERT INTO checkout_codes (code_hash, payment_id, expires_at)
    VALUES (${Buffer.from(codeHash)}, ${paymentId}, now() + make_interval(secs => ${ttlSeconds}))`;
}

/** The payment that an unexpired checkout code of this booking opens, or null. A plain read. */
export async function findCheckout(
  sql: Sql,
  bookingId: string,
  codeHash: Uint8Array,
): Promise<{ paymentId: string } | null> {
  const [row] = await sql<
    { paymentId: string }[]
  >`SELECT p.id AS "paymentId" FROM checkout_codes c JOIN payments p ON p.id = c.payment_id
    WHERE c.code_hash = ${Buffer.from(codeHash)} AND c.expires_at > now() AND p.booking_id = ${bookingId}`;
  return row ?? null;
}

export type LedgerEntry = {
  paymentId: string;
  kind: 'capture' | 'refund';
  providerEvent: string;
  amountMinor: number;
  currency: string;
};

/** Writes money that moved, once. False when it was written before. Needs the booking's lock. */
export async function insertLedgerEntry(tx: Transaction, entry: LedgerEntry): Promise<boolean> {
  const rows = await tx`INSERT INTO payment_ledger (payment_id, kind, provider_event, amount_minor, currency)
    VALUES (${entry.paymentId}, ${entry.kind}, ${entry.providerEvent}, ${entry.amountMinor}, ${entry.currency})
    ON CONFLICT ON CONSTRAINT payment_ledger_once DO NOTHING RETURNING 1`;
  return rows.length === 1;
}

/** Takes back a refund that failed after it was made. False when it is not there (any more). Needs the booking's lock. */
export async function deleteRefundEntry(tx: Transaction, paymentId: string, refundId: string): Promise<boolean> {
  const rows = await tx`DELETE FROM payment_ledger
    WHERE payment_id = ${paymentId} AND kind = 'refund' AND provider_event = ${refundId} RETURNING 1`;
  return rows.length === 1;
}

/** Whether a booking's history tells of this dispute in this status, or of its end. Exact under the booking's lock. */
export async function isDisputeNoted(
  tx: Transaction,
  bookingId: string,
  { disputeId, status }: { disputeId: string; status: string },
): Promise<boolean> {
  const rows = await tx`SELECT 1 FROM booking_history WHERE booking_id = ${bookingId} AND action = 'dispute'
    AND details ->> 'disputeId' = ${disputeId} AND (details ->> 'status' = ${status} OR details ->> 'stage' = 'over') LIMIT 1`;
  return rows.length === 1;
}

export type PaymentSums = { paymentId: string; capturedMinor: number; refundedMinor: number };

/** What was captured and refunded, payment by payment, for one booking. Plain read; exact under the booking's lock. */
export async function sumLedger(sql: Sql | Transaction, bookingId: string): Promise<PaymentSums[]> {
  return sql<PaymentSums[]>`SELECT l.payment_id AS "paymentId",
      coalesce(sum(l.amount_minor) FILTER (WHERE l.kind = 'capture'), 0)::bigint AS "capturedMinor",
      coalesce(sum(l.amount_minor) FILTER (WHERE l.kind = 'refund'), 0)::bigint AS "refundedMinor"
    FROM payment_ledger l JOIN payments p ON p.id = l.payment_id WHERE p.booking_id = ${bookingId} GROUP BY l.payment_id`;
}

/** Whether all that was taken went back. Nothing taken: no. */
export function isAllReturned(sums: readonly PaymentSums[]): boolean {
  const captured = sums.reduce((sum, row) => sum + row.capturedMinor, 0);
  return captured > 0 && sums.reduce((sum, row) => sum + row.refundedMinor, 0) >= captured;
}

/** What of a capture can be given back; minor units. */
export type Refundable = { paymentId: string; captureId: string; amountMinor: number; currency: string };

/**
 * What of a booking's captures is still here, oldest first, without those that we gave back or are giving back, be it a part. A refund
 * names its payment, not its capture: what went back of a payment beyond our own refunds (in the provider's dashboard) is missing from
 * its oldest. Exact under the booking's lock.
 */
export async function readRefundable(tx: Transaction, bookingId: string): Promise<Refundable[]> {
  return tx<Refundable[]>`WITH own AS (
      SELECT payload ->> 'paymentId' AS payment_id, payload ->> 'captureId' AS capture_id, (payload ->> 'amountMinor')::bigint AS amount
      FROM outbox WHERE booking_id = ${bookingId} AND kind = 'payment.refund'
    ), moved AS (
      SELECT l.* FROM payment_ledger l JOIN payments p ON p.id = l.payment_id WHERE p.booking_id = ${bookingId}
    ), kept AS (
      SELECT c.payment_id, c.provider_event, c.amount_minor, c.currency, c.at,
        (SELECT coalesce(sum(r.amount_minor), 0) FROM moved r WHERE r.kind = 'refund' AND r.payment_id = c.payment_id)
        - (SELECT coalesce(sum(own.amount), 0) FROM own WHERE own.payment_id = c.payment_id::text)
        - (sum(c.amount_minor) OVER (PARTITION BY c.payment_id ORDER BY c.at, c.provider_event) - c.amount_minor) AS gone
      FROM moved c WHERE c.kind = 'capture' AND NOT EXISTS (SELECT 1 FROM own WHERE own.capture_id = c.provider_event)
    )
    SELECT payment_id AS "paymentId", provider_event AS "captureId", (amount_minor - greatest(gone, 0))::bigint AS "amountMinor", currency
    FROM kept WHERE gone < amount_minor ORDER BY at, provider_event`;
}
