import type { LedgerEntry } from '../../db/queries/payments.ts';
import type { ProviderPayment } from '../payments/provider.ts';

/** A difference between the provider's ledger and ours. The provider is right. */
export type MoneyDifference =
  | { kind: 'capture_not_known' | 'refund_not_known'; entry: LedgerEntry }
  | { kind: 'amount_differs'; entry: LedgerEntry; foundMinor: number }
  | { kind: 'not_at_provider'; entry: LedgerEntry }
  | { kind: 'payment_not_ours'; entry: LedgerEntry };

/**
 * Compares a page of the provider's payments with our rows of the same payments. Captures come before refunds, so that repairs in
 * this order settle a capture before what gives it back. Pure.
 */
export function compareMoney(
  payments: readonly ProviderPayment[],
  ours: { ours: ReadonlySet<string>; entries: readonly LedgerEntry[] },
): MoneyDifference[] {
  const told = payments.flatMap(toEntries);
  const known = new Map(ours.entries.map((entry) => [keyOf(entry), entry]));
  const there = new Set(told.map(keyOf));
  const differences = told.flatMap((entry): MoneyDifference[] => {
    if (!ours.ours.has(entry.paymentId)) return [{ kind: 'payment_not_ours', entry }];
    const own = known.get(keyOf(entry));
    if (own === undefined)
      return [{ kind: entry.kind === 'capture' ? 'capture_not_known' : 'refund_not_known', entry }];
    if (own.amountMinor === entry.amountMinor && own.currency === entry.currency) return [];
    return [{ kind: 'amount_differs', entry, foundMinor: own.amountMinor }];
  });
  const missing = ours.entries.filter((entry) => !there.has(keyOf(entry)));
  return [...differences, ...missing.map((entry): MoneyDifference => ({ kind: 'not_at_provider', entry }))];
}

const keyOf = ({ paymentId, kind, providerEvent }: LedgerEntry): string => `${paymentId}:${kind}:${providerEvent}`;

function toEntries({ captures, refunds }: ProviderPayment): LedgerEntry[] {
  return [
    ...captures.map(({ captureId: providerEvent, ...rest }) => ({ kind: 'capture' as const, providerEvent, ...rest })),
    ...refunds.map(({ refundId: providerEvent, ...rest }) => ({ kind: 'refund' as const, providerEvent, ...rest })),
  ];
}
