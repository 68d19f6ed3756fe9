import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as v from 'valibot';
import { startFeedWorld, ROOM, type FeedWorld } from '../../feed/feed-world.fixture.ts';
import { ORIGIN } from '../../feed/test-socket.fixture.ts';
import { newTicketId } from '../../platform/random.ts';
import { laneKeys, roomKeys } from '../../redis/keys.ts';

type FeedProcess = { url: string; child: ChildProcess };

let world: FeedWorld;
let feeds: [FeedProcess, FeedProcess];

beforeAll(async () => {
  world = await startFeedWorld();
  feeds = await Promise.all([startFeedProcess(), startFeedProcess()]);
});
afterAll(async () => {
  for (const { child } of feeds) child.kill('SIGKILL');
  await world.stop();
});

/** A feed as it ships, in a process of its own. */
async function startFeedProcess(): Promise<FeedProcess> {
  const main = join(import.meta.dirname, '../../feed/main.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', main], {
    env: {
      ...process.env,
      REDIS_URL: world.redisUrl,
      ONSALE_ORIGIN: ORIGIN,
      ONSALE_EDGE_JWKS_URL: world.edge.jwksUrl,
      PORT: '0',
    },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const [message]: unknown[] = await once(child, 'message');
  return { child, url: v.parse(v.object({ url: v.string() }), message).url };
}

test('two tabs of a ticket at two feeds hear the same, and their heres count as one answer', async () => {
  const keys = roomKeys(ROOM);
  const state = { epoch: 1, opened: 1, committed: 1, openMs: 0, at: Date.now(), 'calledTo:general': 64 };
  await world.redis.hset(keys.state, state);
  await world.redis.hset(keys.config, { sessionDurationSeconds: 600, queueingMethod: 'fifo' });
  // One open call of 64 tickets that nobody has answered yet.
  await world.redis.rpush(laneKeys(ROOM, 'general').calls, '0 64 64 0 0');
  await world.putBoard(1);
  const ticketId = newTicketId();
  const tabs = await Promise.all(feeds.map(({ url }) => world.enter({ ticketId, score: '5', url })));
  await world.publish(2, { calledTo: '64' }, [ticketId]);
  for (const tab of tabs) {
    await tab.heard('called');
    await tab.heard('admitted');
    tab.socket.send('{"type":"here"}');
  }
  for (const tab of tabs) expect(await tab.heard('place')).toMatchObject({ state: 'ready', score: '5' });
  expect(await world.redis.zcard(laneKeys(ROOM, 'general').ready)).toBe(1);
  expect(await world.redis.lindex(laneKeys(ROOM, 'general').calls, 0)).toMatch(/^0 64 \d+ 1 /);
  expect(tabs.map((tab) => tab.frames.filter((frame) => frame.includes('"tick":2')))).toEqual([
    [expect.any(String)],
    [expect.any(String)],
  ]);
});

test('when a feed is killed its sockets break, and the same ticket goes on at the other with the board of this moment', async () => {
  await world.putBoard(10);
  const [doomed, other] = feeds;
  const ticketId = newTicketId();
  const broken = await world.enter({ ticketId, url: doomed.url });
  const neighbour = await world.enter({ url: other.url });
  doomed.child.kill('SIGKILL');
  expect(await broken.closed).toBe(1006);
  await world.putBoard(11);
  await world.publish(11);
  const back = await world.enter({ ticketId, url: other.url });
  expect(await back.heard('board')).toMatchObject({ tick: 11 });
  await world.publish(12, {}, [ticketId]);
  await back.heard('admitted');
  await expect.poll(() => neighbour.count('board'), { timeout: 10_000 }).toBeGreaterThanOrEqual(3);
  expect(neighbour.count('admitted')).toBe(0);
});
