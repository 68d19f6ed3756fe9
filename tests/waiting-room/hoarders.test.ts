import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCrowdRoom, type CrowdRoom, type Guest } from './crowd-room.ts';
import { startStores, type Mutation, type Stores } from './room-under-test.ts';

const HOARDERS = 60;
const MINUTE_MS = 60_000;
let stores: Stores;
beforeAll(async () => {
  stores = await startStores();
});
afterAll(() => stores.stop());

/** Slow workers, so that hours pass sooner: the room pays out up to 3 s. */
async function slowTick(crowd: CrowdRoom): Promise<void> {
  await crowd.room.advance(2000);
  await crowd.tick();
}

/** People come as fast as they are let in, and a line of them stands ready all the time. */
async function honest(crowd: CrowdRoom, people: Guest[]): Promise<void> {
  if (people.length - crowd.admissions.length < 60) people.push(...(await crowd.newcomers(60, 'guest')));
  await crowd.askAll(people.slice(-400));
}

const isHoarder = ({ id }: { id: string }): boolean => id.startsWith('hoarder');

describe('60 hoarded tickets that strike together and answer for hours, claiming nothing', () => {
  async function strike(forMs: number, mutations: Mutation[] = []) {
    const crowd = await openCrowdRoom(stores, { rate: 60, capacity: 100_000, claimMs: MINUTE_MS }, mutations);
    const hoarders = await crowd.newcomers(HOARDERS, 'hoarder');
    const people = await crowd.newcomers(60, 'guest');
    for (let i = 0; i < 60; i++) {
      await slowTick(crowd);
      await honest(crowd, people);
    }
    const strikeAt = crowd.room.nowMs();
    while (crowd.room.nowMs() < strikeAt + forMs) {
      await crowd.askAll(hoarders, false);
      await honest(crowd, people);
      await slowTick(crowd);
    }
    const since = crowd.admissions.filter(({ at }) => at > strikeAt);
    const firstMinutes = since.filter(({ at }) => at <= strikeAt + 5 * MINUTE_MS);
    return {
      share: firstMinutes.filter(isHoarder).length / firstMinutes.length,
      keys: since.filter(isHoarder).length,
      honestPerMinute: ((since.length - since.filter(isHoarder).length) / forMs) * MINUTE_MS,
    };
  }

  it('take a fifth while others stand ready, two keys each, and then nothing', async () => {
    const { share, keys, honestPerMinute } = await strike(120 * MINUTE_MS);
    expect(share).toBeGreaterThan(0.15);
    expect(share).toBeLessThanOrEqual(0.205);
    expect(keys).toBeLessThanOrEqual(2 * HOARDERS);
    expect(honestPerMinute).toBeGreaterThan(58);
  });

  it('jump ahead together where late ones have no share of their own', async () => {
    const unbounded = { script: 'tick', from: '+ LATE_SHARE * allowance', to: '+ allowance' } as const;
    expect((await strike(6 * MINUTE_MS, [unbounded])).share).toBeGreaterThan(0.205);
  });

  it('hold slots for ever where an unclaimed key costs nothing', async () => {
    const patient = { script: 'tick', from: 'if strike(id) > 1 then', to: 'if strike(id) > 1e9 then' } as const;
    expect((await strike(30 * MINUTE_MS, [patient])).keys).toBeGreaterThan(2 * HOARDERS);
  });
});

describe('60 visitors whose session ended and who go on asking with their old tickets', () => {
  async function entries(mutations: Mutation[] = []): Promise<number> {
    const crowd = await openCrowdRoom(stores, { rate: 60, capacity: 20, sessionMs: 30_000 }, mutations);
    const stubborn = await crowd.newcomers(HOARDERS, 'hoarder');
    const people: Guest[] = [];
    for (let i = 0; i < 400; i++) {
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
