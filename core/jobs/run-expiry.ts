import { takeDueBookings } from '../../db/queries/due-bookings.ts';
import { expireBooking } from '../bookings/expire-booking.ts';
import type { CoreDeps } from '../deps.ts';
import { runBatch } from './run-batch.ts';

/** Bookings a turn, and how long one process may hold them, seconds; also the pause before a silent provider is asked again. */
const BATCH = 50;
const LEASE_SECONDS = 15;

export type ExpiryDeps = Pick<CoreDeps, 'sql' | 'payments' | 'log' | 'wake'>;

/** Ends unpaid bookings past their `payBy`; returns how many it took. */
export async function runExpiry(deps: ExpiryDeps): Promise<number> {
  const due = await takeDueBookings(deps.sql, BATCH, LEASE_SECONDS);
  await runBatch(due, async (booking) => {
    try {
      const expiry = await expireBooking(deps, booking);
      if (expiry === 'ask_again')
        deps.log.warn({ bookingId: booking.id, overdueMs: booking.overdueMs }, 'provider silent, seats kept');
    } catch (error) {
      // The lease runs out and the next sweep takes it again.
      deps.log.warn({ err: error, bookingId: booking.id }, 'booking not expired');
    }
  });
  if (due.length > 0) deps.wake('outbox');
  return due.length;
}
