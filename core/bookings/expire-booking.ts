import type { DueBooking } from '../../db/queries/due-bookings.ts';
import type { AskedPayment } from '../../db/queries/expire-bookings.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import type { CoreDeps } from '../deps.ts';
import type { CancelOutcome } from '../payments/provider.ts';
import { toProviderPayment } from './provider-payment.ts';
import { settleCapture } from '../payments/settle-capture.ts';

/** How long after `payBy` a provider that can't be reached keeps an unpaid booking's seats, ms. Then they go free (BOOKING §3). */
export const HARD_CAP_MS = 10 * 60_000;

/** What the provider says of a booking that is to end: nothing will come, it was paid after all, or nothing yet. */
export type ProviderWord = 'unpaid' | 'paid' | 'ask_again';

/**
 * Asks the provider to cancel what it was asked for; what is already paid is confirmed instead. One that can't be reached is asked
 * again by the next sweep, until the hard cap; then the seats go free without its word.
 */
export async function askBeforeExpiry(
  deps: Pick<CoreDeps, 'sql' | 'commits' | 'payments' | 'config'>,
  due: DueBooking,
  asked: readonly AskedPayment[],
): Promise<ProviderWord> {
  for (const payment of asked) {
    const answer = await cancelAtProvider(deps, payment);
    if (answer === 'unreachable' && due.overdueMs < HARD_CAP_MS) return 'ask_again';
    if (answer === 'unreachable' || answer.outcome !== 'paid') continue;
    const settled = await settleCapture(deps, answer.capture);
    if (settled === 'confirmed' || settled === 'known') return 'paid';
  }
  return 'unpaid';
}

async function cancelAtProvider(
  deps: Pick<CoreDeps, 'payments' | 'config'>,
  payment: AskedPayment,
): Promise<CancelOutcome | 'unreachable'> {
  const provider = deps.payments.byName(payment.provider);
  if (provider === undefined) return 'unreachable';
  try {
    return await provider.cancelPayment(toProviderPayment(deps.config.origin, payment.bookingId, payment));
  } catch (error) {
    if (error instanceof OperatingError) return 'unreachable';
    throw error;
  }
}
