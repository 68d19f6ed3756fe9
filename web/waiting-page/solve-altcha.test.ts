import { createChallenge, verifySolution } from 'altcha-lib/v1';
import { expect, it } from 'vitest';
import { solveAltcha, type AltchaChallenge } from './solve-altcha.ts';

it('finds what altcha accepts, and gives up where there is nothing to find', async () => {
  const made = await createChallenge({ hmacKey: 'k', maxnumber: 2000, number: 1999, params: { room: 'demo' } });
  const task: AltchaChallenge = { ...made, algorithm: 'SHA-256', maxnumber: 2000 };
  const solved = await solveAltcha(task);
  expect(await verifySolution(solved ?? '', 'k', false)).toBe(true);
  expect(await solveAltcha({ ...task, maxnumber: 100, challenge: '0'.repeat(64) })).toBeNull();
});
