import { lockBooking } from '../../db/queries/bookings.ts';
import { addHistory, setBookingStatus } from '../../db/queries/change-booking.ts';
import {
  deleteRefundEntry,
  findPayment,
  insertLedgerEntry,
  isAllReturned,
  setPaymentStatus,
  sumLedger,
} from '../../db/queries/payments.ts';
import type { CoreDeps } from '../deps.ts';
import type { Refund } from './provider.ts';
import { runTransaction } from './run-transaction.ts';

/**
 * Writes a refund that the provider made, once. When all that was taken for a cancelled or expired booking went back, the booking
 * is `refunded`; a confirmed one stays confirmed (only a wrong or second capture was returned). False: no payment of ours.
 */
export function settleRefund(deps: Pick<CoreDeps, 'sql'>, refund: Refund): Promise<boolean> {
  return runTransaction(deps.sql, async (tx) => {
    const payment = await findPayment(tx, refund.paymentId);
    const booking = payment && (await lockBooking(tx, payment.bookingId, { zones: false }));
    if (!booking) return false;
    const { paymentId, refundId: providerEvent, amountMinor, currency } = refund;
    if (!(await insertLedgerEntry(tx, { paymentId, kind: 'refund', providerEvent, amountMinor, currency })))
      return true;
    const sums = await sumLedger(tx, booking.id);
    const own = sums.find((sum) => sum.paymentId === paymentId);
    // A refund may be told before its capture; then there is nothing to close yet.
    if (own !== undefined && own.capturedMinor > 0 && own.refundedMinor >= own.capturedMinor) {
      await setPaymentStatus(tx, paymentId, 'refunded');
    }
    const by = { actor: 'provider', action: 'refunded', details: { paymentId, amountMinor } };
    const isOver = booking.status === 'cancelled' || booking.status === 'expired';
    if (isOver && isAllReturned(sums)) await setBookingStatus(tx, booking, 'refunded', by);
    else await addHistory(tx, booking, by);
    return true;
  });
}

/**
 * Takes a refund back that failed after it was made (a closed account): the money is with the provider, in suspense until a person
 * sends it another way. Noted on the booking's history, once. False: no payment of ours.
 */
export function undoRefund(deps: Pick<CoreDeps, 'sql'>, refund: Refund): Promise<boolean> {
  return runTransaction(deps.sql, async (tx) => {
    const payment = await findPayment(tx, refund.paymentId);
    const booking = payment && (await lockBooking(tx, payment.bookingId, { zones: false }));
    if (!booking) return false;
    const { paymentId, refundId, amountMinor } = refund;
    if (!(await deleteRefundEntry(tx, paymentId, refundId))) return true;
    await setPaymentStatus(tx, paymentId, 'captured');
    await addHistory(tx, booking, { actor: 'provider', action: 'refund_failed', details: { paymentId, amountMinor } });
    return true;
  });
}
