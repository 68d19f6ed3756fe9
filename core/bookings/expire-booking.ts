import type { Transaction } from '../../db/connect.ts';
import { lockBooking, readBooking, type PaymentRow } from '../../db/queries/bookings.ts';
import type { DueBooking } from '../../db/queries/due-bookings.ts';
import { freeSeats, setBookingStatus } from '../../db/queries/change-booking.ts';
import { putOutbox } from '../../db/queries/outbox.ts';
import { newId } from '../../platform/id.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import type { CoreDeps } from '../deps.ts';
import type { CancelOutcome } from '../payments/provider.ts';
import { runTransaction } from '../payments/run-transaction.ts';
import { settleCapture } from '../payments/settle-capture.ts';
import { closeAttempts } from './cancel-booking.ts';

/** How long after `payBy` a provider that can't be reached keeps an unpaid booking's seats, ms. Then they go free (BOOKING §3). */
export const HARD_CAP_MS = 10 * 60_000;

export type Expiry = 'expired' | 'confirmed' | 'ask_again' | 'not_due';

/**
 * Ends an unpaid booking past its `payBy`. The provider is asked to cancel first: what is already paid is confirmed instead. One
 * that can't be reached is asked again by the next sweep, until the hard cap.
 */
export async function expireBooking(deps: Pick<CoreDeps, 'sql' | 'payments'>, due: DueBooking): Promise<Expiry> {
  const booking = await readBooking(deps.sql, due.id);
  if (booking === null || booking.status !== 'pending_payment') return 'not_due';
  const asked = booking.payments.filter((payment) => payment.status === 'open' && payment.requestedAt !== null);
  for (const payment of asked) {
    const answer = await cancelAtProvider(deps, payment);
    if (answer === 'unreachable' && due.overdueMs < HARD_CAP_MS) return 'ask_again';
    if (answer === 'unreachable' || answer.outcome !== 'paid') continue;
    const settled = await settleCapture(deps, answer.capture);
    if (settled === 'confirmed' || settled === 'known') return 'confirmed';
  }
  return runTransaction(deps.sql, (tx) => expire(tx, due.id));
}

async function expire(tx: Transaction, id: string): Promise<Expiry> {
  const booking = await lockBooking(tx, id, { zones: true });
  if (booking === null || booking.status !== 'pending_payment' || booking.payBy > booking.now) return 'not_due';
  const version = await setBookingStatus(tx, booking, 'expired', { actor: 'sweeper', action: 'expired' });
  await freeSeats(tx, booking);
  await putOutbox(tx, { id: newId(), bookingId: id, version, kind: 'inventory.apply' });
  // Told once more by the outbox: harmless when the provider knows, needed when it could not be reached.
  await closeAttempts(tx, booking, version);
  return 'expired';
}

async function cancelAtProvider(
  deps: Pick<CoreDeps, 'payments'>,
  payment: PaymentRow,
): Promise<CancelOutcome | 'unreachable'> {
  const provider = deps.payments.byName(payment.provider);
  if (provider === undefined) return 'unreachable';
  try {
    return await provider.cancelPayment(payment.id);
  } catch (error) {
    if (error instanceof OperatingError) return 'unreachable';
    throw error;
  }
}
