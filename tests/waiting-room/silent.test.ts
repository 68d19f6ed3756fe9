import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { laneKeys } from '../../redis/keys.ts';
import { startStores, type Mutation, type RoomUnderTest, type Stores } from './room-under-test.ts';

const LANE = 'general';
/** The first answer's `againMs` and the grace beyond it. */
const DUE_MS = 5000 + 10_000;

let stores: Stores;
let room: RoomUnderTest;
beforeAll(async () => {
  stores = await startStores();
});
afterAll(() => stores.stop());

/** A room that calls and lets nobody in. */
async function openFullRoom(mutations: Mutation[] = []): Promise<void> {
  const lanes = [{ name: LANE, weight: 1 }];
  const times = { sessionMs: 20_000, claimMs: 10_000, opensAt: null };
  room = await stores.openRoom({ ...times, rate: 600, capacity: 0, paused: false, lanes, method: 'fifo' }, mutations);
  await tickTimes(8);
}

async function tickTimes(count: number): Promise<void> {
  for (let tick = 0; tick < count; tick += 1) {
    await room.advance(1000);
    await room.tick();
  }
}

type Called = { id: string; score: string };

/** Joins so many, lets a tick call them, and answers for all. */
async function ready(count: number): Promise<Called[]> {
  const called: Called[] = [];
  for (let n = 0; n < count; n += 1) {
    const { score } = await room.join(`visitor-${n}`, LANE, 0);
    called.push({ id: `visitor-${n}`, score: score ?? '' });
  }
  await tickTimes(1);
  await answerAll(called);
  return called;
}

const answerAll = (called: Called[]) => Promise.all(called.map(({ id, score }) => room.answer(id, LANE, score, false)));

/** To a moment of Redis time, with a tick there. */
async function tickAt(ms: number): Promise<void> {
  await room.advance(ms - room.nowMs());
  await room.tick();
}

const stateOf = async ({ id, score }: Called) => (await room.place(id, LANE, score)).state;
const seenSets = () => stores.redis.keys(`${laneKeys('demo', LANE).readySeen}:*`);

describe('who is silent', () => {
  beforeEach(() => openFullRoom());

  it('leaves the line with the first tick after the second in which the answer was due, and who answers then stays', async () => {
    const [silent, awake] = await ready(2);
    if (silent === undefined || awake === undefined) throw new Error('nobody joined');
    const dueMs = room.nowMs() + DUE_MS;
    const lastMs = dueMs - (dueMs % 1000) + 999;
    await tickAt(lastMs);
    expect(await stateOf(silent), 'to the end of that second').toBe('ready');
    await answerAll([awake]);
    await tickAt(lastMs + 1);
    expect(await stateOf(silent)).toBe('called');
    expect(await stateOf(awake)).toBe('ready');
  });

  it('leaves nothing behind', async () => {
    await ready(5);
    await tickTimes(60);
    expect(await stores.redis.hlen(laneKeys('demo', LANE).answers)).toBe(0);
    expect(await stores.redis.zcard(laneKeys('demo', LANE).readySeen)).toBe(0);
    expect(await seenSets()).toEqual([]);
  });

  it('does not take those along of whom only an older set says that they are silent', async () => {
    const called = await ready(3);
    await tickTimes(5);
    const [before = ''] = await seenSets();
    await answerAll(called);
    await stores.redis.sadd(before, ...called.map(({ id }) => id));
    await tickTimes(11);
    expect(await seenSets()).not.toContain(before);
    expect(await room.inLine(LANE)).toMatchObject({ ready: 3 });
  });

  it('is nobody after a restore, and no set is left of those before', async () => {
    const snapshot = await ready(3).then(() => room.snapshot());
    await room.advance(3_600_000);
    await room.rollBack(snapshot);
    expect(await seenSets()).toHaveLength(1);
    await room.restore();
    expect(await seenSets()).toEqual([]);
  });
});

describe('a crowd that falls silent at once', () => {
  const guard: Mutation = { script: 'tick', from: 'local MAX_SILENT = 5000', to: 'local MAX_SILENT = 4' };

  it('is taken out a part at a time, and nobody else with it', async () => {
    await openFullRoom([guard]);
    const called = await ready(23);
    await tickTimes(10);
    await answerAll(called.slice(0, 3));
    await tickTimes(5);
    expect(await room.inLine(LANE), 'all are there in the second in which they are due').toMatchObject({ ready: 23 });
    await tickTimes(1);
    expect(await room.inLine(LANE)).toMatchObject({ ready: 19 });
    await tickTimes(5);
    expect(await room.inLine(LANE)).toMatchObject({ ready: 3 });
  });
});
