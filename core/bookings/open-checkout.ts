import { readBooking } from '../../db/queries/bookings.ts';
import { findCheckout, markRequested } from '../../db/queries/payments.ts';
import { isoTime } from '../../platform/clock.ts';
import { isId } from '../../platform/id.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import type { CoreDeps } from '../deps.ts';
import { withinDeadline } from '../http/store-failure.ts';
import { whileProgressing } from '../http/while-progressing.ts';
import { takeEvent } from '../payments/take-event.ts';
import { returnUrl } from './checkout-url.ts';
import { toProviderPayment } from './provider-payment.ts';
import { hashSecret } from './secrets.ts';

const CODE = /^co_[A-Za-z0-9_-]{43}$/;

/**
 * Where a checkout address leads: the provider's page, whose payment is made now (once, by its id), or back to the shop when there
 * is nothing left to pay; a payment that the provider has, and whose webhook never came, is settled. Refuses: `not_found` (code
 * unknown or too old), `payment_provider_unavailable` with `payBy` (the booking keeps its seats until then).
 */
export async function openCheckout(
  deps: Pick<CoreDeps, 'sql' | 'commits' | 'payments' | 'config' | 'wake'>,
  id: string,
  code: string,
): Promise<string> {
  if (!isId(id) || !CODE.test(code)) throw new OperatingError('not_found');
  const checkout = await withinDeadline(deps.sql, () => findCheckout(deps.sql, id, hashSecret(code)));
  const booking = checkout && (await withinDeadline(deps.sql, () => readBooking(deps.sql, id)));
  const payment = booking?.payments.find((attempt) => attempt.id === checkout?.paymentId);
  if (!booking || payment === undefined) throw new OperatingError('not_found');
  const back = returnUrl(deps.config.origin, id);
  const isPayable = booking.status === 'pending_payment' && booking.now < booking.payBy && payment.status === 'open';
  if (!isPayable) return back;
  const provider = deps.payments.byName(payment.provider);
  if (provider === undefined) throw new OperatingError('payment_provider_unavailable');
  if (!(await whileProgressing(deps.sql, () => markRequested(deps.sql, payment.id)))) return back;
  const asked = provider.createPayment(toProviderPayment(deps.config.origin, id, payment));
  const { payUrl, paid } = await asked.catch((error: unknown) => {
    if (!(error instanceof OperatingError)) throw error;
    const extra = { payBy: isoTime(booking.payBy.getTime()) };
    throw new OperatingError(error.code, { ...error.details, extra }, { message: error.message, cause: error });
  });
  if (paid === undefined) return payUrl;
  // The webhook was lost or is late. The capture's ledger row is unique, so telling it twice settles it once.
  await takeEvent(deps, provider, { ...paid, payload: JSON.parse(paid.payloadJson) });
  return back;
}
