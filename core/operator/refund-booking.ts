import type { RefundRequest } from '../../contracts/operator-bookings.ts';
import type { Transaction } from '../../db/connect.ts';
import { insertAudit } from '../../db/queries/audit.ts';
import { lockBooking } from '../../db/queries/bookings.ts';
import { addHistory } from '../../db/queries/change-booking.ts';
import { putOutbox } from '../../db/queries/outbox.ts';
import { readRefundable, type Refundable } from '../../db/queries/payments.ts';
import { keepFee } from '../../db/queries/report-bookings.ts';
import { newId } from '../../platform/id.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import { endBooking, noteReturned } from '../bookings/cancel-booking.ts';
import type { OfferDeps } from '../waitlist/offer-freed.ts';
import type { Changer } from './change-room.ts';

/**
 * Gives a booking's money back inside the caller's transaction: a confirmed booking is cancelled with it, also after its performance
 * began; what is not given back is a retained fee. The outbox makes the refund. Each capture goes back once, less what went back in the
 * provider's dashboard, so never more than was taken. Refuses: `not_found`, `booking_not_refundable` with `refundableMinor`.
 */
export async function refundBooking(
  tx: Transaction,
  deps: OfferDeps,
  id: string,
  { amountMinor }: RefundRequest,
  { actor }: Changer,
): Promise<object> {
  const booking = await lockBooking(tx, id, { zones: true });
  if (booking === null) throw new OperatingError('not_found');
  const captures = await readRefundable(tx, id);
  const refundableMinor = captures.reduce((sum, capture) => sum + capture.amountMinor, 0);
  const wantedMinor = amountMinor ?? refundableMinor;
  // A confirmed booking whose money went back in the provider's dashboard is cancelled all the same.
  const isNothingLeft = refundableMinor === 0 && booking.status !== 'confirmed';
  if (booking.status === 'pending_payment' || isNothingLeft || wantedMinor > refundableMinor) {
    throw new OperatingError('booking_not_refundable', { extra: { bookingStatus: booking.status, refundableMinor } });
  }
  const by = `operator:${actor}`;
  const version = booking.status === 'confirmed' ? await endBooking(tx, deps, booking, by) : booking.version;
  for (const payload of shareOut(captures, wantedMinor))
    await putOutbox(tx, { id: newId(), bookingId: id, version, kind: 'payment.refund', payload });
  const retainedMinor = refundableMinor - wantedMinor;
  const { currency } = booking;
  if (retainedMinor > 0) await keepFee(tx, { bookingId: id, amountMinor: retainedMinor, currency, keptBy: by });
  const after = { amountMinor: wantedMinor, retainedMinor };
  if (wantedMinor > 0) await addHistory(tx, { id, version }, { actor: by, action: 'refund_due', details: after });
  else await noteReturned(tx, { id, version }, by);
  await insertAudit(tx, {
    id: newId(),
    actor,
    action: 'booking.refund',
    subject: `booking:${id}`,
    before: null,
    after,
  });
  const status = booking.status === 'confirmed' ? 'cancelled' : booking.status;
  const refund = wantedMinor > 0 ? { refund: { amountMinor: wantedMinor, currency, status: 'pending' } } : {};
  return { bookingId: id, status, ...refund, retainedMinor };
}

/** An amount over captures, oldest first: whole ones, and a part of the last. Pure. */
function shareOut(captures: readonly Refundable[], amountMinor: number): Refundable[] {
  let left = amountMinor;
  return captures.flatMap((capture) => {
    const part = Math.min(left, capture.amountMinor);
    left -= part;
    return part > 0 ? [{ ...capture, amountMinor: part }] : [];
  });
}
