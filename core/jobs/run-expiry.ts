import { takeDueBookings, type DueBooking } from '../../db/queries/due-bookings.ts';
import { readAskedPayments, type AskedPayment } from '../../db/queries/expire-bookings.ts';
import { askBeforeExpiry } from '../bookings/expire-booking.ts';
import { expireWaited } from '../bookings/expire-waited.ts';
import type { CoreDeps } from '../deps.ts';
import { runBatch } from './run-batch.ts';

/** Bookings a turn, and how long one process may hold them, seconds; also the pause before a silent provider is asked again. */
const BATCH = 200;
const LEASE_SECONDS = 15;

export type ExpiryDeps = Pick<
  CoreDeps,
  'sql' | 'commits' | 'payments' | 'catalogue' | 'clock' | 'config' | 'log' | 'wake'
>;

/**
 * Ends unpaid bookings past their `payBy`; returns how many it took. Those the provider can't know of end at once and together,
 * the others when it was asked, a few at a time.
 */
export async function runExpiry(deps: ExpiryDeps): Promise<number> {
  const due = await takeDueBookings(deps.sql, BATCH, LEASE_SECONDS);
  if (due.length === 0) return 0;
  const payments = await readAskedPayments(
    deps.sql,
    due.map((one) => one.id),
  );
  const askedOf = (booking: DueBooking) => payments.filter((payment) => payment.bookingId === booking.id);
  const asked = due.filter((booking) => askedOf(booking).length > 0);
  const ends = due.filter((booking) => !asked.includes(booking)).map((booking) => end(deps, booking));
  // Nobody's question waits for another's end: what the provider said nothing against ends together.
  await runBatch(asked, async (booking) => {
    if (await mayEnd(deps, booking, askedOf(booking))) ends.push(end(deps, booking));
  });
  await Promise.all(ends);
  deps.wake('outbox');
  return due.length;
}

async function mayEnd(deps: ExpiryDeps, booking: DueBooking, asked: readonly AskedPayment[]): Promise<boolean> {
  try {
    const word = await askBeforeExpiry(deps, booking, asked);
    if (word === 'ask_again')
      deps.log.warn({ bookingId: booking.id, overdueMs: booking.overdueMs }, 'provider silent, seats kept');
    return word === 'unpaid';
  } catch (error) {
    return notExpired(deps, booking, error);
  }
}

async function end(deps: ExpiryDeps, booking: DueBooking): Promise<void> {
  try {
    if ((await deps.commits.expiries.expire(booking.id)) === 'waited') await expireWaited(deps, booking.id);
  } catch (error) {
    notExpired(deps, booking, error);
  }
}

/** The lease runs out and the next sweep takes it again. */
function notExpired(deps: ExpiryDeps, { id }: DueBooking, error: unknown): false {
  deps.log.warn({ err: error, bookingId: id }, 'booking not expired');
  return false;
}
