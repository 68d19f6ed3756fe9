import { describe, expect, it } from 'vitest';
import { judgeCapture, type PaidBooking } from './judge-capture.ts';

const booking: PaidBooking = { status: 'pending_payment', totalMinor: 5000, currency: 'EUR', saleOpen: true };
const capture = { amountMinor: 5000, currency: 'EUR' };

describe('judging money that arrived', () => {
  it('confirms a booking that waits for exactly this amount', () => {
    expect(judgeCapture(booking, capture, 0)).toEqual({ action: 'confirm' });
  });

  it.each([4999, 5001])('refunds %i minor units where 5000 were due, and leaves the booking waiting', (amountMinor) => {
    expect(judgeCapture(booking, { ...capture, amountMinor }, 0)).toEqual({ action: 'refund', reason: 'wrong_amount' });
  });

  it('refunds another currency', () => {
    expect(judgeCapture(booking, { ...capture, currency: 'USD' }, 0)).toEqual({
      action: 'refund',
      reason: 'wrong_amount',
    });
  });

  it.each([
    ['confirmed', 'second_capture'],
    ['cancelled', 'after_cancel'],
    ['refunded', 'after_cancel'],
  ] as const)('refunds what lands on a booking that is %s', (status, reason) => {
    expect(judgeCapture({ ...booking, status }, capture, 0)).toEqual({ action: 'refund', reason });
  });

  it('takes the seats of an expired booking again only while the sale is open', () => {
    expect(judgeCapture({ ...booking, status: 'expired' }, capture, 0)).toEqual({ action: 'retake' });
    const closed: PaidBooking = { ...booking, status: 'expired', saleOpen: false };
    expect(judgeCapture(closed, capture, 0)).toEqual({ action: 'refund', reason: 'too_late' });
  });

  it('does nothing with money that went back before we heard of it', () => {
    expect(judgeCapture(booking, capture, 5000)).toEqual({ action: 'none' });
    expect(judgeCapture(booking, capture, 4999)).toEqual({ action: 'confirm' });
  });
});
