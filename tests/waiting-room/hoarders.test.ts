import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCrowdRoom, type Guest } from './crowd-room.ts';
import { FREE_UNCLAIMED_KEYS, HOARDERS, honest, MINUTE_MS, slowTick, strike } from './hoard.ts';
import { startStores, type Mutation, type Stores } from './room-under-test.ts';

let stores: Stores;
beforeAll(async () => {
  stores = await startStores();
});
afterAll(() => stores.stop());

describe('60 hoarded tickets that strike together and go on answering, claiming nothing', () => {
  it('take a fifth while others stand ready, two keys each, and then nothing', async () => {
    const { share, keys, honestPerMinute } = await strike(stores, 14 * MINUTE_MS);
    expect(share).toBeGreaterThan(0.15);
    expect(share).toBeLessThanOrEqual(0.205);
    expect(keys).toBeLessThanOrEqual(2 * HOARDERS);
    // 60 a minute less two keys each; over hours hardly less (hoarders.long.test.ts).
    expect(honestPerMinute).toBeGreaterThan(51);
  });

  it('are stopped by a guard that the long control finds in the script', async () => {
    const room = openCrowdRoom(stores, { rate: 60, capacity: 60 }, [FREE_UNCLAIMED_KEYS]);
    await expect(room).resolves.toBeDefined();
  });

  it('jump ahead together where late ones have no share of their own', async () => {
    const unbounded = { script: 'tick', from: '+ LATE_SHARE * room.allowance', to: '+ room.allowance' } as const;
    expect((await strike(stores, 6 * MINUTE_MS, [unbounded])).share).toBeGreaterThan(0.205);
  });
});

describe('60 visitors whose session ended and who go on asking with their old tickets', () => {
  async function entries(mutations: Mutation[] = []): Promise<number> {
    const crowd = await openCrowdRoom(stores, { rate: 60, capacity: 20, sessionMs: 30_000 }, mutations);
    const stubborn = await crowd.newcomers(HOARDERS, 'hoarder');
    const people: Guest[] = [];
    for (let i = 0; i < 100; i++) {
      await slowTick(crowd);
      // They hope to stand in line again, whatever they were told.
      for (const guest of stubborn) if (guest.state === 'inside' || guest.state === 'gone') guest.state = 'outside';
      await crowd.askAll(stubborn);
      await honest(crowd, people);
    }
    return Math.max(...stubborn.map(({ keys }) => keys));
  }

  it('come in once', async () => {
    expect(await entries()).toBe(1);
  });

  it('come in again and again where a claim does not spend the ticket', async () => {
    const unspent = {
      script: 'answer',
      from: "redis.call('ZADD', spent_key, exp_ms, id)\nredis.call('HDEL', answers_key, id)",
      to: "redis.call('HDEL', answers_key, id)",
    } as const;
    expect(await entries([unspent])).toBeGreaterThan(1);
  });
});
