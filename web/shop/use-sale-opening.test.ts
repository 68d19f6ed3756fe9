import { expect, test } from 'vitest';
import { lookAfterMs } from './use-sale-opening.ts';

const OPENING = Date.UTC(2031, 0, 1);

test('a page looks again when its sale opens, pages one after the other, and again while nothing has opened', () => {
  expect(lookAfterMs(OPENING, OPENING - 5000, 0)).toBe(5000);
  expect(lookAfterMs(OPENING, OPENING - 5000, 0.999)).toBeGreaterThan(7900);
  expect(lookAfterMs(OPENING, OPENING + 60_000, 0)).toBe(3000);
  // Longer than a timer of a browser can be.
  expect(lookAfterMs(OPENING, OPENING - 90 * 86_400_000, 0.5)).toBeLessThan(2 ** 31);
});
