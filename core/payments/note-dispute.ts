import { lockBooking } from '../../db/queries/bookings.ts';
import { addHistory } from '../../db/queries/change-booking.ts';
import { findPayment, isDisputeNoted } from '../../db/queries/payments.ts';
import type { CoreDeps } from '../deps.ts';
import type { Dispute } from './provider.ts';
import { runTransaction } from './run-transaction.ts';

/**
 * Notes on the booking's history that its capture is disputed, or what became of that; once for each status,
 * and nothing of one that is over. What to do about it is for a
 * person, at the provider: the booking, its places and the ledger stay as they are. False: no payment of ours.
 */
export function noteDispute(deps: Pick<CoreDeps, 'sql'>, paymentId: string, dispute: Dispute): Promise<boolean> {
  return runTransaction(deps.sql, async (tx) => {
    const payment = await findPayment(tx, paymentId);
    const booking = payment && (await lockBooking(tx, payment.bookingId, { zones: false }));
    if (!booking) return false;
    const { captureId: _captureId, ...told } = dispute;
    if (await isDisputeNoted(tx, booking.id, told)) return true;
    const details = { paymentId, ...told };
    await addHistory(tx, booking, { actor: 'provider', action: 'dispute', details });
    return true;
  });
}
