import { describe, expect, it } from 'vitest';
import { OperatingError } from '../../platform/operating-error.ts';
import { retryLater } from './retry-later.ts';

describe('trying again later', () => {
  it('waits longer each time, a minute at most', () => {
    const pauses = [1, 2, 6, 7, 29].map((attempts) => retryLater(new Error('odd'), attempts).retryInMs);
    expect(pauses).toEqual([1000, 2000, 32_000, 60_000, 60_000]);
  });

  it('lays a row aside after thirty attempts, and at once when nobody can read it', () => {
    expect(retryLater(new Error('odd'), 30)).toEqual({ error: 'odd', retryInMs: null });
    expect(retryLater(new TypeError('no event'), 1)).toEqual({ error: 'no event', retryInMs: null });
    expect(retryLater(new OperatingError('performance_not_found'), 30).retryInMs).toBeNull();
  });

  it('goes on as long as the provider or a store is away', () => {
    const provider = new OperatingError(
      'payment_provider_unavailable',
      {},
      { message: 'the provider could not be asked' },
    );
    const postgres = Object.assign(new Error('away'), { code: 'ECONNREFUSED' });
    for (const away of [provider, new OperatingError('inventory_rebuilding'), postgres])
      for (const attempts of [30, 5000]) expect(retryLater(away, attempts).retryInMs).toBe(60_000);
  });
});
