import type { StoredState } from './history.ts';

/**
 * Money (DESIGN §9.6): per currency, captured − refunded = Σ confirmed + suspense, where suspense is what an open outbox row gives
 * back; refunded ≤ captured for each payment; our ledger is the provider's. We retain no fees. Pure.
 */
export function checkMoney({ bookings, payments }: StoredState): string[] {
  const currencies = [...new Set([...bookings, ...payments].map((one) => one.currency))];
  const sums = currencies.flatMap((currency) => {
    const own = payments.filter((payment) => payment.currency === currency);
    const kept = sum(own.map((payment) => payment.capturedMinor - payment.refundedMinor));
    const suspense = sum(own.map((payment) => payment.owedBackMinor));
    const confirmed = sum(
      bookings.filter((row) => row.status === 'confirmed' && row.currency === currency).map((row) => row.totalMinor),
    );
    return kept === confirmed + suspense
      ? []
      : [`${currency}: ${kept} kept, but ${confirmed} confirmed and ${suspense} in suspense`];
  });
  const each = payments.flatMap(({ paymentId, capturedMinor, refundedMinor, provider }) => [
    ...(refundedMinor > capturedMinor ? [`payment ${paymentId}: ${refundedMinor} refunded of ${capturedMinor}`] : []),
    ...(provider !== undefined && (provider.capturedMinor !== capturedMinor || provider.refundedMinor !== refundedMinor)
      ? [
          `payment ${paymentId}: the provider has ${provider.capturedMinor} − ${provider.refundedMinor}, we ${capturedMinor} − ${refundedMinor}`,
        ]
      : []),
  ]);
  return [...sums, ...each];
}

const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);
