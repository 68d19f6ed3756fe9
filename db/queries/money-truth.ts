import { arrayLiteral } from '../array-literal.ts';
import type { Sql, Transaction } from '../connect.ts';
import type { LedgerEntry } from './payments.ts';

/** Which of these payments are ours, and what their ledger says. Plain reads, no lock. */
export async function readPaymentLedger(
  sql: Sql,
  paymentIds: readonly string[],
): Promise<{ ours: Set<string>; entries: LedgerEntry[] }> {
  const ids = arrayLiteral(paymentIds);
  const [payments, entries] = await Promise.all([
    sql<{ id: string }[]>`SELECT id FROM payments WHERE id = ANY (${ids}::uuid[])`,
    sql<LedgerEntry[]>`SELECT payment_id AS "paymentId", kind, provider_event AS "providerEvent",
        amount_minor AS "amountMinor", currency FROM payment_ledger WHERE payment_id = ANY (${ids}::uuid[])`,
  ]);
  return { ours: new Set(payments.map(({ id }) => id)), entries };
}

/**
 * Money that a provider is said to have moved before `before`, by payment, after `afterId` ('' = from the first); of payments made since
 * `madeSince`. A plain read.
 */
export async function listLedgerPayments(
  sql: Sql,
  {
    provider,
    before,
    madeSince,
    afterId,
    limit,
  }: { provider: string; before: Date; madeSince: Date | null; afterId: string; limit: number },
): Promise<{ id: string }[]> {
  return sql<{ id: string }[]>`SELECT DISTINCT p.id FROM payments p JOIN payment_ledger l ON l.payment_id = p.id
    WHERE p.provider = ${provider} AND l.at < ${before} AND (${madeSince}::timestamptz IS NULL OR p.created_at >= ${madeSince}::timestamptz)
      AND p.id > ${afterId === '' ? '00000000-0000-0000-0000-000000000000' : afterId} ORDER BY p.id LIMIT ${limit}`;
}

/** Sets the amount of a ledger row to what the provider says it is. Needs the booking's lock. */
export async function correctLedgerEntry(tx: Transaction, entry: LedgerEntry): Promise<void> {
  await tx`UPDATE payment_ledger SET amount_minor = ${entry.amountMinor}, currency = ${entry.currency}
    WHERE payment_id = ${entry.paymentId} AND kind = ${entry.kind} AND provider_event = ${entry.providerEvent}`;
}

export type MoneyTotals = {
  currency: string;
  capturedMinor: number;
  refundedMinor: number;
  confirmedMinor: number;
  retainedMinor: number;
};

/** All money by currency: what came, what went back, what it is for. One statement, so of one moment. */
export async function sumMoney(sql: Sql): Promise<MoneyTotals[]> {
  return sql<
    MoneyTotals[]
  >`SELECT currency, sum(captured)::bigint AS "capturedMinor", sum(refunded)::bigint AS "refundedMinor",
      sum(confirmed)::bigint AS "confirmedMinor", sum(retained)::bigint AS "retainedMinor"
    FROM (
      SELECT currency, CASE kind WHEN 'capture' THEN amount_minor ELSE 0 END AS captured,
        CASE kind WHEN 'refund' THEN amount_minor ELSE 0 END AS refunded, 0 AS confirmed, 0 AS retained FROM payment_ledger
      UNION ALL SELECT currency, 0, 0, total_minor, 0 FROM bookings WHERE status = 'confirmed'
      UNION ALL SELECT currency, 0, 0, 0, amount_minor FROM retained_fees
    ) AS money GROUP BY currency ORDER BY currency`;
}

/** Money of a booking that belongs to nothing (yet): on its way back, or for a person to look at. May be negative. */
export type Suspense = { bookingId: string; currency: string; amountMinor: number; refundUnderWay: boolean };

/** Every booking whose money differs from what it is for. One statement; at most `limit` rows. */
export async function listSuspense(sql: Sql, limit: number): Promise<Suspense[]> {
  return sql<Suspense[]>`SELECT booking_id AS "bookingId", currency, sum(amount)::bigint AS "amountMinor",
      EXISTS (SELECT 1 FROM outbox o WHERE o.booking_id = parts.booking_id AND o.kind = 'payment.refund' AND o.done_at IS NULL) AS "refundUnderWay"
    FROM (
      SELECT p.booking_id, l.currency, CASE l.kind WHEN 'capture' THEN l.amount_minor ELSE -l.amount_minor END AS amount
        FROM payment_ledger l JOIN payments p ON p.id = l.payment_id
      UNION ALL SELECT id, currency, -total_minor FROM bookings WHERE status = 'confirmed'
      UNION ALL SELECT booking_id, currency, -amount_minor FROM retained_fees
    ) AS parts GROUP BY booking_id, currency HAVING sum(amount) <> 0 ORDER BY booking_id LIMIT ${limit}`;
}
