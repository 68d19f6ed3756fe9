import { lockBooking } from '../../db/queries/bookings.ts';
import { addHistory } from '../../db/queries/change-booking.ts';
import { findPayment, setPaymentStatus } from '../../db/queries/payments.ts';
import type { CoreDeps } from '../deps.ts';
import type { ProviderEvent } from './provider.ts';
import { runTransaction } from './run-transaction.ts';
import { settleCapture } from './settle-capture.ts';
import { settleRefund } from './settle-refund.ts';

/**
 * Applies one provider event. Safe to repeat and in any order. Throws for a payment that is not ours, so that the event is kept
 * for a person to look at.
 */
export async function applyEvent(deps: Pick<CoreDeps, 'sql' | 'commits'>, event: ProviderEvent): Promise<void> {
  switch (event.kind) {
    case 'captured':
      return expectKnown((await settleCapture(deps, event.capture)) !== 'unknown_payment');
    case 'refunded':
      return expectKnown(await settleRefund(deps, event.refund));
    case 'failed':
      return expectKnown(await closeAttempt(deps, event.paymentId, 'failed'));
    case 'cancelled':
      return expectKnown(await closeAttempt(deps, event.paymentId, 'cancelled'));
    case 'ignored':
      return undefined;
  }
}

/** Closes an attempt that is still open; the booking keeps its seats until `payBy`, the buyer may try again (BOOKING §2). */
function closeAttempt(
  deps: Pick<CoreDeps, 'sql'>,
  paymentId: string,
  status: 'failed' | 'cancelled',
): Promise<boolean> {
  return runTransaction(deps.sql, async (tx) => {
    const payment = await findPayment(tx, paymentId);
    const booking = payment && (await lockBooking(tx, payment.bookingId, { zones: false }));
    if (!booking) return false;
    if (booking.payments.find((attempt) => attempt.id === paymentId)?.status !== 'open') return true;
    await setPaymentStatus(tx, paymentId, status);
    await addHistory(tx, booking, { actor: 'provider', action: `payment_${status}`, details: { paymentId } });
    return true;
  });
}

function expectKnown(known: boolean): void {
  if (!known) throw new Error('the event names a payment that is not here');
}
