import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCrowdRoom, type Guest } from './crowd-room.ts';
import { startStores, type Mutation, type Stores } from './room-under-test.ts';

const WINDOW_MS = 6000;
const TICK_MS = 1000;
let stores: Stores;
beforeAll(async () => {
  stores = await startStores();
});
afterAll(() => stores.stop());

describe('1,000 simultaneous newcomers before 50 slots', () => {
  /** Most who were inside at once, as the visitors themselves were told it: who holds a key, or is in a session. */
  async function mostInside(mutations: Mutation[] = []): Promise<number> {
    const crowd = await openCrowdRoom(
      stores,
      { rate: 6000, capacity: 50, sessionMs: 20_000, claimMs: 10_000 },
      mutations,
    );
    const guests = await crowd.newcomers(1000);
    const until = new Map<Guest, number>();
    let most = 0;
    for (let second = 0; second < 40; second++) {
      const admitted = new Set((await crowd.tick(second % 3 === 0 ? 3 : 1)).map(({ id }) => id));
      const now = crowd.room.nowMs();
      const entering = guests.filter(({ id }) => admitted.has(id));
      for (const guest of entering) until.set(guest, now + 10_000);
      most = Math.max(most, [...until.values()].filter((end) => end > now).length);
      await crowd.askAll(guests);
      for (const guest of entering) if (guest.state === 'inside') until.set(guest, now + 20_000);
      // Every seventh has what they came for at once.
      for (const guest of entering.filter((_, i) => i % 7 === 0)) {
        await crowd.leave(guest);
        until.delete(guest);
      }
    }
    expect(crowd.admissions.length, 'slots were used again').toBeGreaterThan(100);
    return most;
  }

  it('never has 51 inside', async () => {
    expect(await mostInside()).toBe(50);
  });

  it('has 51 inside when the tick does not count slots', async () => {
    const uncounted = {
      script: 'tick',
      from: 'room.slots - live, MAX_ADMITTED',
      to: 'room.slots, MAX_ADMITTED',
    } as const;
    expect(await mostInside([uncounted])).toBeGreaterThan(50);
  });
});

describe('20 ghosts ahead of one live visitor', () => {
  /** Ms from the tick that called the visitor, and from the join, to the tick that let them in. */
  async function delays(mutations: Mutation[] = []): Promise<{ sinceCall: number; sinceJoin: number }> {
    const crowd = await openCrowdRoom(stores, { rate: 60, capacity: 5 }, mutations);
    await crowd.newcomers(20, 'ghost');
    const [visitor] = await crowd.newcomers(1);
    if (visitor === undefined) throw new Error('nobody joined');
    const joinedAt = crowd.room.nowMs();
    let calledAt = 0;
    for (let second = 0; second < 60 && visitor.keys === 0; second++) {
      await crowd.tick();
      if (calledAt === 0 && crowd.isCalled(visitor)) calledAt = crowd.room.nowMs();
      await crowd.askAll([visitor]);
    }
    return { sinceCall: crowd.room.nowMs() - calledAt, sinceJoin: crowd.room.nowMs() - joinedAt };
  }

  it('delay them by no more than one answer window and two ticks from the call, which comes with the next tick', async () => {
    const { sinceCall, sinceJoin } = await delays();
    expect(sinceCall).toBeLessThanOrEqual(WINDOW_MS + 2 * TICK_MS);
    expect(sinceJoin).toBeLessThanOrEqual(sinceCall + TICK_MS);
  });

  it('block the line when a call does not close', async () => {
    const endless = { script: 'tick', from: 'clock - call.at < ANSWER_WINDOW_MS', to: 'true' } as const;
    expect((await delays([endless])).sinceCall).toBeGreaterThan(WINDOW_MS + 2 * TICK_MS);
  });

  it('cost a window each when a call covers one ticket', async () => {
    const single = { script: 'tick', from: 'math.max(MIN_CALL, math.ceil(missing / show))', to: '1' } as const;
    expect((await delays([single])).sinceJoin).toBeGreaterThan(WINDOW_MS + 3 * TICK_MS);
  });
});

describe('10,000 joins that never come back', () => {
  /** Most slots that were taken in the two minutes after; and when the one who came after them all was let in, in seconds. */
  async function taken(mutations: Mutation[] = []): Promise<number> {
    const crowd = await openCrowdRoom(stores, { rate: 600, capacity: 50 }, mutations);
    for (let i = 0; i < 10; i++) await crowd.newcomers(1000, 'bot');
    let most = 0;
    for (let second = 0; second < 120; second++) {
      await crowd.tick();
      most = Math.max(most, await crowd.room.liveCount());
    }
    return most;
  }

  it('hold no slot, not for a moment', async () => {
    expect(await taken()).toBe(0);
  });

  it('hold slots where a join counts as an answer', async () => {
    const answering = {
      script: 'join',
      from: "redis.call('ZADD', waiting_key, digits(score), id)\nif identity_key",
      to: "redis.call('ZADD', ready_key, digits(score), id)\nif identity_key",
    } as const;
    expect(await taken([answering])).toBe(50);
  });
});

describe('after an idle hour', () => {
  /** Most who came in within any second once everyone is there, at 600 a minute: a tick is worth 10. */
  async function mostInASecond(mutations: Mutation[] = []): Promise<number> {
    const crowd = await openCrowdRoom(stores, { rate: 600, capacity: 5000 }, mutations);
    await crowd.ticks(60);
    await crowd.room.advance(3_600_000);
    await crowd.ticks(2);
    const guests = await crowd.newcomers(300);
    let most = 0;
    for (let second = 0; second < 10; second++) {
      most = Math.max(most, (await crowd.tick()).length);
      await crowd.askAll(guests);
    }
    return most;
  }

  it('the first second admits two ticks’ worth at most', async () => {
    const most = await mostInASecond();
    expect(most).toBeGreaterThanOrEqual(10);
    expect(most).toBeLessThanOrEqual(20);
  });

  it('the first second admits a flood when what was not used is carried over', async () => {
    const saved = { script: 'tick', from: 'math.min(pace, math.max(MINUTE_MS, rate * TICK_MS))', to: 'pace' } as const;
    expect(await mostInASecond([saved])).toBeGreaterThan(20);
  });
});

describe('100 joins at once with one ticket', () => {
  /** Places they were given, and by how many numbers the lane moved. */
  async function places(mutations: Mutation[] = []): Promise<{ places: number; moved: number }> {
    const { room, newcomers } = await openCrowdRoom(stores, {}, mutations);
    const [guest] = await newcomers(1);
    if (guest === undefined) throw new Error('nobody joined');
    const counter = async () => Number((await room.state())['counter:general']);
    const before = await counter();
    const again = await Promise.all(Array.from({ length: 100 }, () => room.join(guest.id, guest.lane, 0.5)));
    return { places: new Set(again.map(({ score }) => score)).size, moved: (await counter()) - before };
  }

  it('give one place and no number, although they don’t tell the one they have', async () => {
    expect(await places()).toEqual({ places: 1, moved: 0 });
  });

  it('give many where the join does not look for the ticket', async () => {
    const blind = {
      script: 'join',
      from: " or tonumber(redis.call('ZSCORE', waiting_key, id) or '')",
      to: '',
    } as const;
    expect((await places([blind])).moved).toBe(100);
  });
});
