import type { Transaction } from '../../db/connect.ts';
import { lockBooking, type LockedBooking, type WholeBooking } from '../../db/queries/bookings.ts';
import { isCheckedIn } from '../../db/queries/check-ins.ts';
import { freeSeats, setBookingStatus } from '../../db/queries/change-booking.ts';
import { revokeEntryTickets } from '../../db/queries/entry-tickets.ts';
import { putOutbox } from '../../db/queries/outbox.ts';
import { isAllReturned, readRefundable, setPaymentStatus, sumLedger } from '../../db/queries/payments.ts';
import type { Cancelled } from '../../contracts/bookings.ts';
import { newId } from '../../platform/id.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import { offerFreed, type OfferDeps } from '../waitlist/offer-freed.ts';

/**
 * Cancels a booking inside the caller's transaction: seats go to those who wait for them, else back to the sale, tickets are revoked, what was paid is refunded by
 * the outbox. A confirmed booking can be cancelled until its performance starts, or somebody is in with it. Refuses: `booking_not_cancellable`.
 */
export async function cancelBooking(tx: Transaction, deps: OfferDeps, id: string, actor: string): Promise<Cancelled> {
  const booking = await lockBooking(tx, id, { zones: true });
  if (booking === null) throw new OperatingError('not_found');
  const hasStarted = booking.now >= booking.startsAt;
  if (booking.status !== 'pending_payment' && (booking.status !== 'confirmed' || hasStarted)) {
    throw new OperatingError('booking_not_cancellable', { extra: { bookingStatus: booking.status } });
  }
  if (booking.status === 'confirmed' && (await isCheckedIn(tx, id)))
    throw new OperatingError('booking_not_cancellable', { extra: { bookingStatus: booking.status, checkedIn: true } });
  const version = await endBooking(tx, deps, booking, actor);
  const refundMinor = booking.status === 'confirmed' ? await refundCaptures(tx, id, version) : 0;
  if (refundMinor === 0) {
    await noteReturned(tx, { id, version }, actor);
    return { status: 'cancelled' };
  }
  return { status: 'cancelled', refund: { amountMinor: refundMinor, currency: booking.currency, status: 'pending' } };
}

/** Makes a locked booking (with its zones) cancelled and gives its seats back; returns its version. Refunds nothing. */
export async function endBooking(
  tx: Transaction,
  deps: OfferDeps,
  booking: LockedBooking,
  actor: string,
): Promise<number> {
  const version = await setBookingStatus(tx, booking, 'cancelled', { actor, action: 'cancelled' });
  await freeForWaiting(tx, deps, booking);
  await revokeEntryTickets(tx, booking.id);
  await putOutbox(tx, { id: newId(), bookingId: booking.id, version, kind: 'inventory.apply' });
  await closeAttempts(tx, booking, version);
  return version;
}

/**
 * Gives the seats and places of a locked booking (with its zones) back: to those who wait for them, to the allocation they are of, else
 * to the sale.
 */
export async function freeForWaiting(tx: Transaction, deps: OfferDeps, booking: LockedBooking): Promise<void> {
  await freeSeats(tx, booking);
  if (!booking.isWaited) return;
  const items = booking.items.filter((item) => (item.blockId ?? null) === null);
  await offerFreed(tx, deps, booking.performanceId, { legs: [booking.fromLeg, booking.toLeg], items });
}

/** Closes the open attempt; the provider is told when it can know of it. What was paid in between is refunded when it shows. */
export async function closeAttempts(tx: Transaction, booking: WholeBooking, version: number): Promise<void> {
  for (const payment of booking.payments) {
    if (payment.status !== 'open') continue;
    await setPaymentStatus(tx, payment.id, 'cancelled');
    if (payment.requestedAt === null) continue;
    await putOutbox(tx, {
      id: newId(),
      bookingId: booking.id,
      version,
      kind: 'payment.cancel',
      payload: { paymentId: payment.id },
    });
  }
}

/** Makes a cancelled booking `refunded` when all its money went back before, in the provider's dashboard. */
export async function noteReturned(
  tx: Transaction,
  booking: { id: string; version: number },
  actor: string,
): Promise<void> {
  if (isAllReturned(await sumLedger(tx, booking.id)))
    await setBookingStatus(tx, booking, 'refunded', { actor, action: 'refunded' });
}

/** Refunds what is still here of each capture. */
async function refundCaptures(tx: Transaction, id: string, version: number): Promise<number> {
  let sum = 0;
  for (const payload of await readRefundable(tx, id)) {
    await putOutbox(tx, { id: newId(), bookingId: id, version, kind: 'payment.refund', payload });
    sum += payload.amountMinor;
  }
  return sum;
}
