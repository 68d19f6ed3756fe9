import { describe, expect, it } from 'vitest';
import { fromStripeAmount, toStripeAmount } from './stripe-amounts.ts';

describe('amounts at Stripe', () => {
  it.each([
    ['EUR', 1250, 1250],
    // No decimals, here and there.
    ['JPY', 1250, 1250],
    ['KRW', 50_000, 50_000],
    // None here, hundredths there.
    ['ISK', 500, 50_000],
    ['UGX', 500, 50_000],
    // Thousandths, of which the last is zero.
    ['KWD', 1250, 1250],
    ['TWD', 800, 800],
  ])('%s: %i minor units are %i of Stripe’s, and back', (currency, amountMinor, amount) => {
    expect(toStripeAmount(amountMinor, currency)).toBe(amount);
    expect(fromStripeAmount(amount, currency)).toBe(amountMinor);
  });

  it('is refused where Stripe can’t charge it, or it is no whole minor unit of ours', () => {
    expect(() => toStripeAmount(1251, 'KWD')).toThrow(RangeError);
    expect(() => fromStripeAmount(501, 'ISK')).toThrow(RangeError);
    expect(() => fromStripeAmount(1, 'no currency')).toThrow(RangeError);
  });
});
