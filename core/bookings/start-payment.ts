import type { PaymentAttempt } from '../../contracts/bookings.ts';
import type { Transaction } from '../../db/connect.ts';
import { lockBooking } from '../../db/queries/bookings.ts';
import { addHistory } from '../../db/queries/change-booking.ts';
import { insertCheckoutCode, insertPayment } from '../../db/queries/payments.ts';
import { newId } from '../../platform/id.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import type { CoreDeps } from '../deps.ts';
import { CHECKOUT_TTL_SECONDS, checkoutUrl } from './checkout-url.ts';
import { newCheckoutCode } from './secrets.ts';

/**
 * A way to pay, inside the caller's transaction: the open attempt with a fresh address, or a new attempt after a failed one.
 * Refuses: `booking_not_payable` when the booking waits for no payment or its `payBy` has passed.
 */
export async function startPayment(
  deps: Pick<CoreDeps, 'config' | 'payments'>,
  tx: Transaction,
  id: string,
): Promise<PaymentAttempt> {
  const booking = await lockBooking(tx, id, { zones: false });
  if (booking === null) throw new OperatingError('not_found');
  if (booking.status !== 'pending_payment' || booking.now >= booking.payBy) {
    throw new OperatingError('booking_not_payable', { extra: { bookingStatus: booking.status } });
  }
  const open = booking.payments.find((payment) => payment.status === 'open');
  const attempt = open ?? { id: newId(), provider: deps.payments.current.name };
  if (open === undefined) {
    await insertPayment(tx, { ...attempt, bookingId: id, amountMinor: booking.totalMinor, currency: booking.currency });
    await addHistory(tx, booking, { actor: 'buyer', action: 'payment_started', details: { paymentId: attempt.id } });
  }
  const code = newCheckoutCode();
  await insertCheckoutCode(tx, code.hash, attempt.id, CHECKOUT_TTL_SECONDS);
  return {
    provider: attempt.provider,
    paymentId: attempt.id,
    checkoutUrl: checkoutUrl(deps.config.origin, id, code.secret),
  };
}
