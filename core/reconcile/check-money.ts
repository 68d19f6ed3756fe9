import { listSuspense, sumMoney, type MoneyTotals, type Suspense } from '../../db/queries/money-truth.ts';
import type { Sql } from '../../db/connect.ts';

/** Items of suspense in one report; their sum counts all of them up to here. */
const MAX_SUSPENSE = 1000;

export type MoneyCheck = MoneyTotals & {
  suspenseMinor: number;
  /** Whether captured − refunded = confirmed + retained + suspense (DESIGN §9.6). */
  balances: boolean;
  suspense: Omit<Suspense, 'currency'>[];
};

/** The money of all bookings, by currency, with each item that belongs to no confirmed booking. Plain reads. */
export async function checkMoney(sql: Sql): Promise<MoneyCheck[]> {
  const [totals, suspense] = await Promise.all([sumMoney(sql), listSuspense(sql, MAX_SUSPENSE)]);
  return totals.map((total) => balance(total, suspense));
}

/** Weighs one currency. Pure. */
export function balance(total: MoneyTotals, suspense: readonly Suspense[]): MoneyCheck {
  const own = suspense.flatMap(({ currency, ...item }) => (currency === total.currency ? [item] : []));
  const suspenseMinor = own.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
  const kept = total.capturedMinor - total.refundedMinor;
  return {
    ...total,
    suspenseMinor,
    balances: kept === total.confirmedMinor + total.retainedMinor + suspenseMinor,
    suspense: own,
  };
}
