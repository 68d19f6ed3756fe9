import { lockBooking } from '../../db/queries/bookings.ts';
import { addHistory } from '../../db/queries/change-booking.ts';
import { findPayment, setPaymentStatus } from '../../db/queries/payments.ts';
import type { CoreDeps } from '../deps.ts';
import { noteDispute } from './note-dispute.ts';
import type { PaymentProvider, ProviderEvent, ProviderPayment } from './provider.ts';
import { runTransaction } from './run-transaction.ts';
import { settleCapture } from './settle-capture.ts';
import { settleRefund, undoRefund } from './settle-refund.ts';

type Deps = Pick<CoreDeps, 'sql' | 'commits'>;

/**
 * Applies one provider event. Safe to repeat and in any order. Throws for a payment that is not ours, so that the event is kept
 * for a person to look at.
 */
export async function applyEvent(deps: Deps, provider: PaymentProvider, event: ProviderEvent): Promise<void> {
  switch (event.kind) {
    case 'captured':
      return expectKnown((await settleCapture(deps, event.capture)) !== 'unknown_payment');
    case 'refunded':
      return expectKnown(await settleRefund(deps, event.refund));
    case 'failed':
      return expectKnown(await closeAttempt(deps, event.paymentId, 'failed'));
    case 'cancelled':
      return expectKnown(await closeAttempt(deps, event.paymentId, 'cancelled'));
    case 'declined':
      return expectKnown(await noteDecline(deps, event.paymentId));
    case 'look_up':
      return settlePaymentAtProvider(deps, await readPayment(provider, event.captureId));
    case 'disputed': {
      const payment = await readPayment(provider, event.dispute.captureId);
      return payment === null ? undefined : expectKnown(await noteDispute(deps, payment.paymentId, event.dispute));
    }
    case 'ignored':
      return undefined;
  }
}

/** Settles all that a provider says of one payment: captures before what gives them back. Null: a payment of somebody else. */
async function settlePaymentAtProvider(deps: Deps, payment: ProviderPayment | null): Promise<void> {
  for (const capture of payment?.captures ?? [])
    expectKnown((await settleCapture(deps, capture)) !== 'unknown_payment');
  for (const refund of payment?.refunds ?? []) expectKnown(await settleRefund(deps, refund));
  for (const refund of payment?.undone ?? []) expectKnown(await undoRefund(deps, refund));
}

const readPayment = (provider: PaymentProvider, captureId: string): Promise<ProviderPayment | null> => {
  if (provider.readPayment === undefined) throw new TypeError('the provider can’t be asked for one payment');
  return provider.readPayment(captureId);
};

/** Notes that the buyer's card was refused; the attempt stays open, since the provider lets them try another on the same page. */
function noteDecline(deps: Pick<CoreDeps, 'sql'>, paymentId: string): Promise<boolean> {
  return runTransaction(deps.sql, async (tx) => {
    const payment = await findPayment(tx, paymentId);
    const booking = payment && (await lockBooking(tx, payment.bookingId, { zones: false }));
    if (!booking) return false;
    await addHistory(tx, booking, { actor: 'provider', action: 'payment_declined', details: { paymentId } });
    return true;
  });
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
