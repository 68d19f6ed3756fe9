import { expect, it } from 'vitest';
import { countdown } from './words.ts';

it.each([
  [-5000, 'any moment'],
  [0, 'any moment'],
  [1, 'in 1 s'],
  [59_000, 'in 59 s'],
  [60_000, 'in 1 min 0 s'],
  [599_000, 'in 9 min 59 s'],
  [600_000, 'in 10 minutes'],
  [119 * 60_000, 'in 119 minutes'],
  [3 * 3_600_000, 'in 3 hours'],
  [72 * 3_600_000, 'in 3 days'],
])('the doors open %d ms from now: %s', (ms, words) => {
  expect(countdown(ms)).toBe(words);
});
