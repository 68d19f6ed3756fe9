import { describe, expect, it } from 'vitest';
import { judgeCapture, type PaidBooking } from './judge-capture.ts';

const booking: PaidBooking = { status: 'pending_payment', totalMinor: 5000, currency: 'EUR', saleOpen: true };
const capture = { amountMinor: 5000, currency: 'EUR' };
const first = { capturedMinor: 5000, refundedMinor: 0 };

describe('judging money that arrived', () => {
  it('confirms a booking that waits for exactly this amount', () => {
    expect(judgeCapture(booking, capture, first)).toEqual({ action: 'confirm' });
  });

  it.each([4999, 5001])('refunds %i minor units where 5000 were due, and leaves the booking waiting', (amountMinor) => {
    expect(judgeCapture(booking, { ...capture, amountMinor }, first)).toEqual({
      action: 'refund',
      reason: 'wrong_amount',
    });
  });

  it('refunds another currency', () => {
    expect(judgeCapture(booking, { ...capture, currency: 'USD' }, first)).toEqual({
      action: 'refund',
      reason: 'wrong_amount',
    });
  });

  it.each([
    ['confirmed', 'second_capture'],
    ['cancelled', 'after_cancel'],
    ['refunded', 'after_cancel'],
  ] as const)('refunds what lands on a booking that is %s', (status, reason) => {
    expect(judgeCapture({ ...booking, status }, capture, first)).toEqual({ action: 'refund', reason });
  });

  it('takes the seats of an expired booking again only while the sale is open', () => {
    expect(judgeCapture({ ...booking, status: 'expired' }, capture, first)).toEqual({ action: 'retake' });
    const closed: PaidBooking = { ...booking, status: 'expired', saleOpen: false };
    expect(judgeCapture(closed, capture, first)).toEqual({ action: 'refund', reason: 'too_late' });
  });

  it('does nothing with money that went back before we heard of it', () => {
    const totals = { capturedMinor: 5000, refundedMinor: 5000 };
    expect(judgeCapture(booking, capture, totals)).toEqual({ action: 'none' });
    expect(judgeCapture(booking, capture, { ...totals, refundedMinor: 4999 })).toEqual({ action: 'confirm' });
  });

  it('does not take the refund of an earlier capture for a refund of this one', () => {
    const totals = { capturedMinor: 10_000, refundedMinor: 5000 };
    expect(judgeCapture(booking, capture, totals)).toEqual({ action: 'confirm' });
    const confirmed: PaidBooking = { ...booking, status: 'confirmed' };
    expect(judgeCapture(confirmed, capture, { capturedMinor: 15_000, refundedMinor: 5000 })).toEqual({
      action: 'refund',
      reason: 'second_capture',
    });
  });
});
