import { expect, it } from 'vitest';
import { isUnknownScript, toOperatingError } from './script-error.ts';

it('a script’s own refusal keeps its code and its wait', () => {
  const error = toOperatingError(new Error('ONSALE rate_limited 2500, command was: ["evalsha"]'), 'join');
  expect(error).toMatchObject({ code: 'rate_limited', details: { retryAfterSeconds: 2.5 } });
});

it('what stands in the command alone is no answer: a whole script holds every code and may name NOSCRIPT', () => {
  const sent = new Error(
    'ERR internal error, command was: ["eval","redis.error_reply(\'ONSALE lane_unknown\') -- NOSCRIPT"]',
  );
  expect(toOperatingError(sent, 'join')).toMatchObject({ code: 'store_unavailable' });
  expect(isUnknownScript(sent)).toBe(false);
});
