import { describe, expect, test } from 'vitest';
import { retryDelayMs } from './api-client.ts';
import { announcementAt, deadlineOf } from './countdown.tsx';
import { formatDateTime, formatMoney, formatRemaining } from './format.ts';

describe('formats', () => {
  test('money by its currency, whatever its number of digits', () => {
    expect(formatMoney(7200, 'GBP', 'en-GB')).toBe('£72.00');
    expect(formatMoney(7200, 'JPY', 'en-GB')).toBe('JP¥7,200');
    expect(formatMoney(473000, 'INR', 'en-IN')).toBe('₹4,730.00');
  });

  test('times in the performance’s zone', () => {
    expect(formatDateTime('2026-06-01T11:30:00Z', 'Asia/Kolkata', 'en-GB')).toContain('17:00');
  });

  test('a remaining time that is over only when nothing is left', () => {
    expect([600_000, 59_001, 1, 0, -5, 3_661_000].map(formatRemaining)).toEqual([
      '10:00',
      '1:00',
      '0:01',
      '0:00',
      '0:00',
      '1:01:01',
    ]);
  });
});

describe('a countdown', () => {
  test('counts by the server’s clock, not by this device’s', () => {
    expect(deadlineOf('2026-01-01T00:00:00Z', '2026-01-01T00:10:00Z', 500)).toBe(600_500);
    expect(deadlineOf('2026-01-01T00:10:00Z', '2026-01-01T00:00:00Z', 500)).toBe(500);
  });

  test('speaks only at a minute, half a minute and the end', () => {
    expect([61_000, 60_000, 30_001, 30_000, 1, 0].map((left) => announcementAt(left, 'Your hold'))).toEqual([
      '',
      'Your hold: one minute left.',
      'Your hold: one minute left.',
      'Your hold: 30 seconds left.',
      'Your hold: 30 seconds left.',
      'Your hold is over.',
    ]);
  });
});

describe('a retry', () => {
  test('waits as long as the server says, within reason and number', () => {
    const wait = retryDelayMs({ status: 503, code: 'busy' }, '2', 0);
    expect(wait).toBeGreaterThanOrEqual(2000);
    expect(wait).toBeLessThanOrEqual(2500);
    expect(retryDelayMs({ status: 503, code: 'busy' }, '60', 0)).toBeNull();
    expect(retryDelayMs({ status: 503, code: 'busy' }, '1', 3)).toBeNull();
  });

  test('happens for passing troubles only', () => {
    expect(retryDelayMs({ status: 409, code: 'seats_unavailable' }, null, 0)).toBeNull();
    expect(retryDelayMs({ status: 409, code: 'idempotency_key_in_flight' }, '1', 0)).not.toBeNull();
    expect(retryDelayMs({ status: 0, code: 'network' }, null, 0)).not.toBeNull();
  });
});
