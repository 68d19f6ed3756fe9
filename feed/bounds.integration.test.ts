import { afterAll, beforeAll, expect, test } from 'vitest';
import { Redis } from 'ioredis';
import { startTestRedis, type TestRedis } from '../local-stack/test-stack.ts';
import { newTicketId } from '../platform/random.ts';
import { roomChannel, roomKeys } from '../redis/keys.ts';
import { makeBoard, openSocket, startKeyPublisher, startTestFeed, type TestSocket } from './feed.fixture.ts';

let server: TestRedis;
let redis: Redis;
let edge: Awaited<ReturnType<typeof startKeyPublisher>>;

beforeAll(async () => {
  server = await startTestRedis();
  redis = new Redis(server.url);
  edge = await startKeyPublisher();
});
afterAll(async () => {
  edge.stop();
  redis.disconnect();
  await server.stop();
});

async function enter(url: string): Promise<TestSocket> {
  const socket = await openSocket(`${url}/rooms/demo`);
  socket.socket.send(
    JSON.stringify({ type: 'hello', token: await edge.sign({ room: 'demo', ticketId: newTicketId(), score: '9' }) }),
  );
  return socket;
}

const publish = (tick: number, message: string) =>
  redis.publish(
    roomChannel('demo'),
    JSON.stringify({ board: JSON.stringify(makeBoard('demo', tick, { message })), admitted: [] }),
  );

test('a socket too many is told that the feed is full, and those inside stay', async () => {
  const feed = await startTestFeed(server.url, edge.jwksUrl, {}, 2);
  await redis.set(roomKeys('demo').board, JSON.stringify(makeBoard('demo', 1)));
  const inside = await Promise.all([enter(feed.url), enter(feed.url)]);
  const late = await openSocket(`${feed.url}/rooms/demo`);
  expect(await late.closed).toBe(1013);
  expect(late.frames).toEqual(['{"type":"full"}']);
  await Promise.all(inside.map((socket) => socket.heard('board')));
  expect(inside.every(({ socket }) => socket.readyState === socket.OPEN)).toBe(true);
  await feed.stop();
});

test('a slow reader misses boards, then is dropped; others get every one', async () => {
  const feed = await startTestFeed(server.url, edge.jwksUrl, {
    outboxLimits: { coalesceBytes: 64 * 1024, dropAfterMs: 500 },
  });
  await redis.set(roomKeys('demo').board, JSON.stringify(makeBoard('demo', 1)));
  const [slow, quick] = await Promise.all([enter(feed.url), enter(feed.url)]);
  await Promise.all([slow.heard('board'), quick.heard('board')]);
  slow.socket.pause();
  // Far larger than real boards, so that the kernel's buffers fill before the test is over.
  const bulk = 'x'.repeat(1_000_000);
  for (let tick = 2; tick <= 25; tick += 1) {
    await publish(tick, bulk);
    await expect.poll(() => quick.count('board'), { timeout: 5000, interval: 30 }).toBe(tick);
  }
  slow.socket.resume();
  expect(await slow.closed).toBeOneOf([1006, 1008]);
  expect(slow.count('board')).toBeLessThan(25);
  expect(quick.socket.readyState).toBe(quick.socket.OPEN);
  await feed.stop();
}, 20_000);

test('a socket that no longer answers pings is cut', async () => {
  const feed = await startTestFeed(server.url, edge.jwksUrl, { pingEveryMs: 100 });
  const dead = await openSocket(`${feed.url}/rooms/demo`);
  dead.socket.pause();
  const sockets = async (): Promise<unknown> => (await fetch(`${feed.url.replace('ws', 'http')}/healthz`)).json();
  await expect.poll(sockets).toEqual({ status: 'ok', sockets: 0 });
  dead.socket.terminate();
  await feed.stop();
});

test('stopping tells every socket to come back later, and ends', async () => {
  const feed = await startTestFeed(server.url, edge.jwksUrl);
  const socket = await openSocket(`${feed.url}/rooms/demo`);
  await feed.stop();
  expect(await socket.closed).toBe(1001);
});
