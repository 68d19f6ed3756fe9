import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { Redis } from 'ioredis';
import { startTestRedis, type TestRedis } from '../local-stack/test-stack.ts';
import { newTicketId } from '../platform/random.ts';
import { accessKey, laneKeys, roomKeys } from '../redis/keys.ts';
import { makeBoard, openSocket, startKeyPublisher, startTestFeed, type TestSocket } from './feed.fixture.ts';

let server: TestRedis;
let redis: Redis;
let edge: Awaited<ReturnType<typeof startKeyPublisher>>;
let feed: Awaited<ReturnType<typeof startTestFeed>>;
const open: TestSocket[] = [];

beforeAll(async () => {
  server = await startTestRedis();
  redis = new Redis(server.url);
  edge = await startKeyPublisher();
  feed = await startTestFeed(server.url, edge.jwksUrl);
});
afterEach(async () => {
  for (const { socket } of open.splice(0)) socket.terminate();
  await redis.flushall();
});
afterAll(async () => {
  await feed.stop();
  edge.stop();
  redis.disconnect();
  await server.stop();
});

/** A room whose first 64 are called. */
async function openRoom(): Promise<void> {
  const keys = roomKeys('demo');
  await redis.hset(keys.state, {
    epoch: 1,
    opened: 1,
    committed: 1,
    openMs: 0,
    at: Date.now(),
    'calledTo:general': 64,
  });
  await redis.hset(keys.config, { sessionDurationSeconds: 600, queueingMethod: 'fifo' });
  await redis.set(keys.board, JSON.stringify(makeBoard('demo', 1, { calledTo: '64' })));
}

async function enter(ticketId: string, score: string): Promise<TestSocket> {
  const socket = await openSocket(`${feed.url}/rooms/demo`);
  open.push(socket);
  socket.socket.send(JSON.stringify({ type: 'hello', token: await edge.sign({ room: 'demo', ticketId, score }) }));
  await socket.heard('board');
  return socket;
}

const sayHere = (socket: TestSocket) => socket.socket.send('{"type":"here"}');

/** How often a script ran, by what Redis counted. */
async function scriptCalls(): Promise<number> {
  const stats = await redis.info('commandstats');
  return Number(/cmdstat_evalsha:calls=(\d+)/.exec(stats)?.[1] ?? 0);
}

test('a called visitor who says here is ready, and is told when to say it again', async () => {
  await openRoom();
  const ticketId = newTicketId();
  const socket = await enter(ticketId, '5');
  await socket.heard('called');
  sayHere(socket);
  expect(await socket.heard('place')).toEqual({ type: 'place', state: 'ready', score: '5', againMs: 5000 });
  expect(await redis.zscore(laneKeys('demo', 'general').ready, ticketId)).toBe('5');
});

test('a visitor who is not called stays waiting, whatever they say', async () => {
  await openRoom();
  const socket = await enter(newTicketId(), '900');
  sayHere(socket);
  expect(await socket.heard('place')).toMatchObject({ state: 'waiting' });
  expect(socket.count('called')).toBe(0);
  expect(await redis.zcard(laneKeys('demo', 'general').ready)).toBe(0);
});

test('an admitted visitor is told so but a socket never claims', async () => {
  await openRoom();
  const ticketId = newTicketId();
  await redis.set(accessKey('demo', ticketId), `${Date.now() + 60_000} key 1`);
  const socket = await enter(ticketId, '5');
  sayHere(socket);
  expect(await socket.heard('place')).toMatchObject({ state: 'admitted' });
  expect(await redis.get(accessKey('demo', ticketId))).toMatch(/ key 1$/);
});

test('the heres of a moment go to Redis in one script, and two tabs of a ticket count once', async () => {
  await openRoom();
  const ids = Array.from({ length: 40 }, () => newTicketId());
  const tabs = await Promise.all([...ids, ...ids.slice(0, 5)].map((id, index) => enter(id, String((index % 40) + 1))));
  sayHere(tabs[0] ?? (await enter(newTicketId(), '1'))); // Loads the script.
  await tabs[0]?.heard('place');
  const before = await scriptCalls();
  for (const tab of tabs) sayHere(tab);
  await expect.poll(() => tabs.every((tab, index) => tab.count('place') >= (index === 0 ? 2 : 1))).toBe(true);
  expect((await scriptCalls()) - before).toBe(1);
  expect(await redis.zcard(laneKeys('demo', 'general').ready)).toBe(40);
});

test('while Redis has lost the room, here is answered with room_recovering and the socket stays', async () => {
  await openRoom();
  const socket = await enter(newTicketId(), '5');
  await redis.flushall();
  sayHere(socket);
  expect(await socket.heard('error')).toEqual({ type: 'error', code: 'room_recovering' });
  expect(socket.socket.readyState).toBe(socket.socket.OPEN);
});
