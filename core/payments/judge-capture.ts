import type { BookingStatus } from '../../contracts/bookings.ts';
import type { Capture } from './provider.ts';

/** What to do with money that arrived. `retake` = confirm, if all seats are still free. */
export type CaptureVerdict =
  | { action: 'confirm' }
  | { action: 'retake' }
  | { action: 'refund'; reason: 'wrong_amount' | 'second_capture' | 'after_cancel' | 'too_late' }
  /** The provider gave it back before we heard that it was taken. */
  | { action: 'none' };

export type PaidBooking = { status: BookingStatus; totalMinor: number; currency: string; saleOpen: boolean };

/** What the payment's captures and refunds come to, the capture that is judged included; minor units. */
export type PaymentTotals = { capturedMinor: number; refundedMinor: number };

/** Judges one capture against its booking (BOOKING §3). Pure. */
export function judgeCapture(
  booking: PaidBooking,
  capture: Pick<Capture, 'amountMinor' | 'currency'>,
  totals: PaymentTotals,
): CaptureVerdict {
  // A refund names its payment, not its capture: only when all that was taken went back, this capture did too.
  if (totals.refundedMinor > 0 && totals.refundedMinor >= totals.capturedMinor) return { action: 'none' };
  if (capture.amountMinor !== booking.totalMinor || capture.currency !== booking.currency) {
    return { action: 'refund', reason: 'wrong_amount' };
  }
  switch (booking.status) {
    case 'pending_payment':
      return { action: 'confirm' };
    case 'confirmed':
      return { action: 'refund', reason: 'second_capture' };
    case 'cancelled':
    case 'refunded':
      return { action: 'refund', reason: 'after_cancel' };
    case 'expired':
      return booking.saleOpen ? { action: 'retake' } : { action: 'refund', reason: 'too_late' };
  }
}
