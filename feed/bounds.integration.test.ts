import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ROOM, startFeedWorld, type FeedWorld } from './feed-world.fixture.ts';

let world: FeedWorld;
beforeAll(async () => {
  world = await startFeedWorld();
});
afterEach(() => world.reset());
afterAll(() => world.stop());

test('a socket too many is told that the feed is full, and those inside stay', async () => {
  const feed = await world.startFeed({}, 2);
  await world.putBoard(1);
  const inside = await Promise.all([world.enter(feed), world.enter(feed)]);
  const late = await world.open(`/rooms/${ROOM}`, feed.url);
  expect(await late.closed).toBe(1013);
  expect(late.frames).toEqual(['{"type":"full"}']);
  expect(inside.every(({ socket }) => socket.readyState === socket.OPEN)).toBe(true);
});

test('a slow reader misses boards, then is dropped; others get every one', async () => {
  const feed = await world.startFeed({
    outboxLimits: { coalesceBytes: 64 * 1024, dropAfterMs: 500 },
  });
  await world.putBoard(1);
  const [slow, quick] = await Promise.all([world.enter(feed), world.enter(feed)]);
  slow.socket.pause();
  // Far larger than real boards, so that the kernel's buffers fill before the test is over.
  const bulk = 'x'.repeat(1_000_000);
  for (let tick = 2; tick <= 25; tick += 1) {
    await world.publish(tick, { message: bulk });
    await expect.poll(() => quick.count('board'), { timeout: 5000, interval: 30 }).toBe(tick);
  }
  slow.socket.resume();
  expect(await slow.closed).toBeOneOf([1006, 1008]);
  expect(slow.count('board')).toBeLessThan(25);
  expect(quick.socket.readyState).toBe(quick.socket.OPEN);
}, 20_000);

test('a socket that no longer answers pings is cut', async () => {
  const feed = await world.startFeed({ pingEveryMs: 100 });
  const dead = await world.open(`/rooms/${ROOM}`, feed.url);
  dead.socket.pause();
  const sockets = async (): Promise<unknown> => (await fetch(`${feed.url.replace('ws', 'http')}/healthz`)).json();
  await expect.poll(sockets).toEqual({ status: 'ok', sockets: 0 });
});

test('the messages of the sockets are described over http', async () => {
  const feed = await world.startFeed();
  const answer = await fetch(`${feed.url.replace('ws', 'http')}/asyncapi.json`);
  expect(await answer.json()).toMatchObject({ asyncapi: '3.0.0', channels: { room: { address: '/rooms/{room}' } } });
});

test('stopping tells every socket to come back later, and ends', async () => {
  const feed = await world.startFeed();
  const socket = await world.open(`/rooms/${ROOM}`, feed.url);
  await feed.stop();
  expect(await socket.closed).toBe(1001);
});
