import { lockBooking, readBooking, type WholeBooking } from '../../db/queries/bookings.ts';
import { isOverLimit, lockBuyerOf } from '../../db/queries/buyer-limit.ts';
import { addHistory, retakeSeats, sellSeats, setBookingStatus } from '../../db/queries/change-booking.ts';
import { insertEntryTickets } from '../../db/queries/entry-tickets.ts';
import { putOutbox } from '../../db/queries/outbox.ts';
import { findPayment, insertLedgerEntry, setPaymentStatus, sumLedger } from '../../db/queries/payments.ts';
import type { Transaction } from '../../db/connect.ts';
import { newId } from '../../platform/id.ts';
import type { CoreDeps } from '../deps.ts';
import { judgeCapture, type CaptureVerdict } from './judge-capture.ts';
import type { Capture } from './provider.ts';
import { runTransaction } from './run-transaction.ts';

/** `unknown_payment`: no payment of ours; `known`: this capture was settled before. */
export type Settlement = 'confirmed' | 'refunding' | 'nothing_due' | 'known' | 'unknown_payment';

/**
 * Settles one capture: with many others when it pays what it should, else in a transaction of its own. The ledger row makes repeats
 * harmless; what follows from it says BOOKING §3. Zone rows are locked only where an expired booking may take its seats again.
 */
export async function settleCapture(deps: Pick<CoreDeps, 'sql' | 'commits'>, capture: Capture): Promise<Settlement> {
  if (await deps.commits.confirmations.confirm(capture)) return 'confirmed';
  for (;;) {
    const settlement = await runTransaction(deps.sql, (tx) => settleOnce(tx, capture));
    if (settlement !== 'look_again') return settlement;
  }
}

async function settleOnce(tx: Transaction, capture: Capture): Promise<Settlement | 'look_again'> {
  const payment = await findPayment(tx, capture.paymentId);
  const seen = payment && (await readBooking(tx, payment.bookingId));
  if (!seen) return 'unknown_payment';
  const zones = seen.status === 'expired';
  if (zones) await lockBuyerOf(tx, seen.id);
  const booking = await lockBooking(tx, seen.id, { zones });
  if (booking === null) return 'unknown_payment';
  // It expired between the look and the lock; zone rows come before the booking's, so this has to start anew.
  if (booking.status === 'expired' && !zones) return 'look_again';
  const { paymentId, captureId: providerEvent, amountMinor, currency } = capture;
  if (!(await insertLedgerEntry(tx, { paymentId, kind: 'capture', providerEvent, amountMinor, currency })))
    return 'known';
  await setPaymentStatus(tx, paymentId, 'captured');
  const sums = await sumLedger(tx, booking.id);
  const totals = sums.find((sum) => sum.paymentId === paymentId) ?? { capturedMinor: amountMinor, refundedMinor: 0 };
  return follow(tx, booking, capture, judgeCapture(booking, capture, totals));
}

async function follow(
  tx: Transaction,
  booking: WholeBooking,
  capture: Capture,
  verdict: CaptureVerdict,
): Promise<Settlement> {
  switch (verdict.action) {
    case 'confirm':
      await sellSeats(tx, booking.id);
      await confirm(tx, booking, capture, 'paid');
      return 'confirmed';
    case 'retake':
      // Booked again meanwhile, the buyer may have all they are allowed.
      if (await isOverLimit(tx, booking.id)) return refund(tx, booking, capture, 'limit_reached');
      if (!(await retakeSeats(tx, booking))) return refund(tx, booking, capture, 'seats_gone');
      await confirm(tx, booking, capture, 'paid_late');
      return 'confirmed';
    case 'refund':
      return refund(tx, booking, capture, verdict.reason);
    case 'none':
      await setPaymentStatus(tx, capture.paymentId, 'refunded');
      return 'nothing_due';
  }
}

async function confirm(tx: Transaction, booking: WholeBooking, capture: Capture, action: string): Promise<void> {
  const details = { paymentId: capture.paymentId, amountMinor: capture.amountMinor };
  const version = await setBookingStatus(tx, booking, 'confirmed', { actor: 'provider', action, details });
  await insertEntryTickets(tx, booking.id, booking.items.flatMap(placesOf));
  await putOutbox(tx, { id: newId(), bookingId: booking.id, version, kind: 'inventory.apply' });
  for (const other of booking.payments) {
    if (other.status !== 'open' || other.id === capture.paymentId) continue;
    await setPaymentStatus(tx, other.id, 'cancelled');
    if (other.requestedAt === null) continue;
    await putOutbox(tx, {
      id: newId(),
      bookingId: booking.id,
      version,
      kind: 'payment.cancel',
      payload: { paymentId: other.id },
    });
  }
}

async function refund(tx: Transaction, booking: WholeBooking, capture: Capture, reason: string): Promise<Settlement> {
  const { paymentId, captureId, amountMinor, currency } = capture;
  const payload = { paymentId, captureId, amountMinor, currency };
  await putOutbox(tx, {
    id: newId(),
    bookingId: booking.id,
    version: booking.version,
    kind: 'payment.refund',
    payload,
  });
  await addHistory(tx, booking, {
    actor: 'provider',
    action: 'refund_due',
    details: { paymentId, amountMinor, reason },
  });
  return 'refunding';
}

/** One entry ticket for each place. */
const placesOf = (item: WholeBooking['items'][number]) =>
  Array.from({ length: item.quantity }, () => ({ id: newId(), zoneId: item.zoneId, seatId: item.seatId }));
