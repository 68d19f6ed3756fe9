import { describe, expect, it } from 'vitest';
import { retryLater } from './retry-later.ts';

describe('trying again later', () => {
  it('waits longer each time, five minutes at most', () => {
    const pauses = [1, 2, 9, 10, 29].map((attempts) => retryLater(new Error('away'), attempts).retryInMs);
    expect(pauses).toEqual([1000, 2000, 256_000, 300_000, 300_000]);
  });

  it('lays a row aside after thirty attempts, and at once when nobody can read it', () => {
    expect(retryLater(new Error('away'), 30)).toEqual({ error: 'away', retryInMs: null });
    expect(retryLater(new TypeError('no event'), 1)).toEqual({ error: 'no event', retryInMs: null });
  });
});
