import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { newTicketId } from '../platform/random.ts';
import { accessKey, laneKeys, roomKeys } from '../redis/keys.ts';
import { startFeedWorld, type FeedWorld } from './feed-world.fixture.ts';
import type { TestSocket } from './test-socket.fixture.ts';

let world: FeedWorld;
beforeAll(async () => {
  world = await startFeedWorld();
});
afterEach(() => world.reset());
afterAll(() => world.stop());

/** A room whose first 64 are called. */
async function openRoom(): Promise<void> {
  const keys = roomKeys('demo');
  await world.redis.hset(keys.state, {
    epoch: 1,
    opened: 1,
    committed: 1,
    openMs: 0,
    at: Date.now(),
    'calledTo:general': 64,
  });
  await world.redis.hset(keys.config, { sessionDurationSeconds: 600, queueingMethod: 'fifo' });
  await world.putBoard(1, { calledTo: '64' });
}

const sayHere = (socket: TestSocket) => socket.socket.send('{"type":"here"}');

/** How often a script ran, by what Redis counted. */
async function scriptCalls(): Promise<number> {
  const stats = await world.redis.info('commandstats');
  return Number(/cmdstat_evalsha:calls=(\d+)/.exec(stats)?.[1] ?? 0);
}

test('a called visitor who says here is ready, and is told when to say it again', async () => {
  await openRoom();
  const ticketId = newTicketId();
  const socket = await world.enter({ ticketId, score: '5' });
  await socket.heard('called');
  sayHere(socket);
  expect(await socket.heard('place')).toEqual({ type: 'place', state: 'ready', score: '5', againMs: 5000 });
  expect(await world.redis.zscore(laneKeys('demo', 'general').ready, ticketId)).toBe('5');
});

test('a visitor who is not called stays waiting, whatever they say', async () => {
  await openRoom();
  const socket = await world.enter({ score: '900' });
  sayHere(socket);
  expect(await socket.heard('place')).toMatchObject({ state: 'waiting' });
  expect(socket.count('called')).toBe(0);
  expect(await world.redis.zcard(laneKeys('demo', 'general').ready)).toBe(0);
});

test('an admitted visitor is told so but a socket never claims', async () => {
  await openRoom();
  const ticketId = newTicketId();
  await world.redis.set(accessKey('demo', ticketId), `${Date.now() + 60_000} key 1`);
  const socket = await world.enter({ ticketId, score: '5' });
  sayHere(socket);
  expect(await socket.heard('place')).toMatchObject({ state: 'admitted' });
  expect(await world.redis.get(accessKey('demo', ticketId))).toMatch(/ key 1$/);
});

test('the heres of a moment go to Redis in one script, and two tabs of a ticket count once', async () => {
  await openRoom();
  const ids = Array.from({ length: 40 }, () => newTicketId());
  const tabs = await Promise.all(
    [...ids, ...ids.slice(0, 5)].map((id, index) => world.enter({ ticketId: id, score: String((index % 40) + 1) })),
  );
  sayHere(tabs[0] ?? (await world.enter({ score: '1' }))); // Loads the script.
  await tabs[0]?.heard('place');
  const before = await scriptCalls();
  for (const tab of tabs) sayHere(tab);
  await expect.poll(() => tabs.every((tab, index) => tab.count('place') >= (index === 0 ? 2 : 1))).toBe(true);
  expect((await scriptCalls()) - before).toBe(1);
  expect(await world.redis.zcard(laneKeys('demo', 'general').ready)).toBe(40);
});

test('while Redis has lost the room, here is answered with room_recovering and the socket stays', async () => {
  await openRoom();
  const socket = await world.enter({ score: '5' });
  await world.redis.flushall();
  sayHere(socket);
  expect(await socket.heard('error')).toEqual({ type: 'error', code: 'room_recovering' });
  expect(socket.socket.readyState).toBe(socket.socket.OPEN);
});
