import { lockBooking } from '../../db/queries/bookings.ts';
import { addHistory } from '../../db/queries/change-booking.ts';
import { correctLedgerEntry, listLedgerPayments, readPaymentLedger } from '../../db/queries/money-truth.ts';
import { findPayment, type LedgerEntry } from '../../db/queries/payments.ts';
import { isId } from '../../platform/id.ts';
import type { CoreDeps } from '../deps.ts';
import type { PaymentProvider } from '../payments/provider.ts';
import { runTransaction } from '../payments/run-transaction.ts';
import { settleCapture } from '../payments/settle-capture.ts';
import { settleRefund } from '../payments/settle-refund.ts';
import { compareMoney, type MoneyDifference } from './compare-money.ts';
import type { Difference } from './difference.ts';

export type MoneyDeps = Pick<CoreDeps, 'sql' | 'payments'> & Parameters<typeof settleCapture>[0];

/** Which payments are compared: what moved before `startedAt`, of those made since `madeSince` or, when that is null, of all. */
export type MoneySpan = { startedAt: Date; madeSince: Date | null };

/** Payments of ours in one look for those that the provider did not list. */
const PAGE = 500;
/** How far the provider's clock may be from ours, ms: none of those we look for is to lie outside of what it lists. */
const CLOCKS_APART_MS = 3_600_000;

/**
 * Compares the provider's ledger with ours and settles what we did not know, as its webhook would have. What only we know is left for
 * a person when it is older than `startedAt`: the list was read after that. Throws `payment_provider_unavailable`.
 */
export async function reconcileMoney(deps: MoneyDeps, span: MoneySpan): Promise<Difference[]> {
  const provider = deps.payments.current;
  const [differences, seen]: [Difference[], Set<string>] = [[], new Set()];
  const madeSince = span.madeSince && new Date(span.madeSince.getTime() - CLOCKS_APART_MS);
  for (let cursor: string | null = null; ;) {
    const page = await provider.listPayments({ cursor, madeSince });
    const ids = page.items.map((payment) => payment.paymentId).filter(isId);
    for (const id of ids) seen.add(id);
    for (const difference of compareMoney(page.items, await readPaymentLedger(deps.sql, ids))) {
      // Ours and newer than the provider's page, most likely; the last look below takes what is old.
      if (difference.kind === 'not_at_provider') seen.delete(difference.entry.paymentId);
      else differences.push(await repair(deps, difference));
    }
    cursor = page.next;
    if (cursor === null) break;
  }
  return [...differences, ...(await findUnlisted(deps, provider, span, seen))];
}

async function findUnlisted(
  deps: MoneyDeps,
  provider: PaymentProvider,
  { startedAt: before, madeSince }: MoneySpan,
  seen: ReadonlySet<string>,
): Promise<Difference[]> {
  const differences: Difference[] = [];
  for (let afterId = ''; ;) {
    const wish = { provider: provider.name, before, madeSince, afterId, limit: PAGE };
    const page = await listLedgerPayments(deps.sql, wish);
    for (const { id } of page) {
      if (seen.has(id)) continue;
      const details = { paymentId: id };
      differences.push({ kind: 'not_at_provider', subject: `payment:${id}`, details, outcome: 'left' });
    }
    if (page.length < PAGE) return differences;
    afterId = page.at(-1)?.id ?? '';
  }
}

type Repairable = Exclude<MoneyDifference, { kind: 'not_at_provider' }>;

async function repair(deps: MoneyDeps, difference: Repairable): Promise<Difference> {
  const { kind, entry } = difference;
  const { paymentId, providerEvent, amountMinor, currency } = entry;
  const details = { entry: entry.kind, providerEvent, amountMinor, currency };
  const report = (outcome: 'repaired' | 'left', more: Record<string, string | number> = {}): Difference => ({
    kind,
    subject: `payment:${paymentId}`,
    details: { ...details, ...more },
    outcome,
  });
  switch (kind) {
    case 'capture_not_known': {
      const settlement = await settleCapture(deps, { paymentId, captureId: providerEvent, amountMinor, currency });
      return report('repaired', { settlement });
    }
    case 'refund_not_known':
      await settleRefund(deps, { paymentId, refundId: providerEvent, amountMinor, currency });
      return report('repaired');
    case 'amount_differs':
      await correct(deps, entry, difference.foundMinor);
      return report('repaired', { foundMinor: difference.foundMinor });
    case 'payment_not_ours':
      return report('left');
  }
}

/** The row gets the provider's amount; what the booking's money then lacks or has too much of shows as suspense. */
function correct(deps: MoneyDeps, entry: LedgerEntry, foundMinor: number): Promise<void> {
  return runTransaction(deps.sql, async (tx) => {
    const payment = await findPayment(tx, entry.paymentId);
    const booking = payment && (await lockBooking(tx, payment.bookingId, { zones: false }));
    if (!booking) return;
    await correctLedgerEntry(tx, entry);
    const { paymentId, amountMinor } = entry;
    const details = { paymentId, amountMinor, foundMinor };
    await addHistory(tx, booking, { actor: 'reconciliation', action: 'ledger_corrected', details });
  });
}
