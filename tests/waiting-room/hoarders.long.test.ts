import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FREE_UNCLAIMED_KEYS, HOARDERS, MINUTE_MS, strike } from './hoard.ts';
import { startStores, type Stores } from './room-under-test.ts';

let stores: Stores;
beforeAll(async () => {
  stores = await startStores();
});
afterAll(() => stores.stop());

describe('60 hoarded tickets that answer for two hours, claiming nothing', () => {
  it('take a fifth while others stand ready, two keys each, and then nothing', async () => {
    const { share, keys, honestPerMinute } = await strike(stores, 120 * MINUTE_MS);
    expect(share).toBeLessThanOrEqual(0.205);
    expect(keys).toBeLessThanOrEqual(2 * HOARDERS);
    expect(honestPerMinute).toBeGreaterThan(58);
  });

  it('hold slots for ever where an unclaimed key costs nothing', async () => {
    const { keys } = await strike(stores, 14 * MINUTE_MS, [FREE_UNCLAIMED_KEYS]);
    expect(keys).toBeGreaterThan(2 * HOARDERS);
  });
});
