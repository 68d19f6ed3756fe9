import { lockBooking } from '../../db/queries/bookings.ts';
import { setBookingStatus } from '../../db/queries/change-booking.ts';
import { putOutbox } from '../../db/queries/outbox.ts';
import { newId } from '../../platform/id.ts';
import type { CoreDeps } from '../deps.ts';
import { runTransaction } from '../payments/run-transaction.ts';
import { closeAttempts, freeForWaiting } from './cancel-booking.ts';

/**
 * Ends one unpaid booking past its `payBy` where somebody waits for places of its performance: they are offered by the same commit.
 * False when it is not due, or no longer unpaid. Others end in batches (`expireBookings`).
 */
export function expireWaited(deps: Pick<CoreDeps, 'sql' | 'catalogue' | 'clock'>, id: string): Promise<boolean> {
  return runTransaction(deps.sql, async (tx) => {
    const booking = await lockBooking(tx, id, { zones: true });
    if (booking === null || booking.status !== 'pending_payment' || booking.payBy > booking.now) return false;
    const version = await setBookingStatus(tx, booking, 'expired', { actor: 'sweeper', action: 'expired' });
    await freeForWaiting(tx, deps, booking);
    await putOutbox(tx, { id: newId(), bookingId: id, version, kind: 'inventory.apply' });
    await closeAttempts(tx, booking, version);
    return true;
  });
}
