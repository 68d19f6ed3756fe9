import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { newId } from '../platform/id.ts';
import { createNodeScriptClient } from '../redis/client.node.ts';
import type { InventoryLayout } from '../redis/inventory/layout.ts';
import { beginLoad, finishLoad } from '../redis/inventory/load-inventory.ts';
import { placeHold, type PlacedHold } from '../redis/inventory/place-hold.ts';
import { readAvailability } from '../redis/inventory/read-availability.ts';
import { releaseHold } from '../redis/inventory/release-hold.ts';
import { accessKey, performanceRoomKey, roomKeys } from '../redis/keys.ts';
import { startFeedWorld, type FeedWorld } from './feed-world.fixture.ts';
import type { TestSocket } from './test-socket.fixture.ts';

const ref = { room: 'demo', performanceId: 'show' };
const LAYOUT: InventoryLayout = {
  zones: [
    { kind: 'reserved', id: 'stalls', start: 0, end: 10 },
    { kind: 'general', id: 'floor', capacity: 100 },
  ],
  stops: ['A', 'B', 'C'],
};

let world: FeedWorld;
let client: ReturnType<typeof createNodeScriptClient>;

beforeAll(async () => {
  world = await startFeedWorld();
  client = createNodeScriptClient(world.redis);
});
beforeEach(() => load(1));
afterEach(() => world.reset());
afterAll(() => world.stop());

/** An inventory of ten seats and a floor on two legs, as of an epoch of the room. */
async function load(epoch: number): Promise<void> {
  await world.redis.hset(roomKeys('demo').state, { epoch });
  await world.redis.hset(roomKeys('demo').config, { holdLimit: 50 });
  await world.redis.set(accessKey('demo', 'owner'), `${Date.now() + 600_000} session`);
  await world.redis.set(performanceRoomKey('show'), 'demo');
  await beginLoad(client, { ...ref, token: `t${epoch}`, seats: 10, legs: 2, layout: LAYOUT });
  await finishLoad(client, { ...ref, token: `t${epoch}` });
}

async function hold(seats: number[], legs: [number, number] = [0, 2], places = 0): Promise<PlacedHold> {
  const zones = places === 0 ? [] : [{ zoneId: 'floor', quantity: places }];
  const wish = {
    ...ref,
    holdId: newId(),
    owner: 'owner',
    places: { legs, seats, zones },
    idempotencyKey: newId(),
    bodyHash: 'x',
  };
  const outcome = await placeHold(client, wish);
  if (outcome.outcome !== 'placed') throw new Error(`not held: ${outcome.outcome}`);
  return outcome.hold;
}

const watch = (query = ''): Promise<TestSocket> => world.open(`/performances/show${query}`);

const version = async () => (await readAvailability(client, ref)).version;
const last = (socket: TestSocket): unknown => JSON.parse(socket.frames.at(-1) ?? 'null');

describe('a watcher', () => {
  test('gets a snapshot, then one delta a change, each starting where the last one ended', async () => {
    const socket = await watch();
    const snapshot = await socket.heard('snapshot');
    expect(snapshot).toEqual({
      type: 'snapshot',
      version: await version(),
      states: Buffer.from([0, 0, 0]).toString('base64'),
      zones: [
        { id: 'stalls', available: 10 },
        { id: 'floor', available: 100 },
      ],
    });
    await hold([2, 3], [0, 2], 4);
    const delta = await socket.heard('delta');
    expect(delta).toEqual({
      type: 'delta',
      from: snapshot['version'],
      version: await version(),
      seats: [
        [2, 1],
        [3, 1],
      ],
      zones: [
        { id: 'stalls', available: 8 },
        { id: 'floor', available: 96 },
      ],
    });
  });

  test('of a stretch sees what concerns its legs', async () => {
    const socket = await watch('?from=B&to=C');
    await socket.heard('snapshot');
    await hold([1], [0, 1]);
    await expect.poll(() => socket.count('delta')).toBe(1);
    expect(last(socket)).toMatchObject({ seats: [], zones: [] });
    await hold([1], [1, 2]);
    await expect.poll(() => socket.count('delta')).toBe(2);
    expect(last(socket)).toMatchObject({ seats: [[1, 1]], zones: [{ id: 'stalls', available: 9 }] });
  });

  test('sees a hold that runs out without anyone asking', async () => {
    const { holdId } = await hold([7]);
    const socket = await watch();
    await socket.heard('snapshot');
    await world.redis.zadd(`{r:demo}:inv:show:holds`, 1, holdId);
    expect(await socket.heard('delta')).toMatchObject({ seats: [[7, 0]] });
  });
});

describe('one who comes back', () => {
  test('with the version of this moment hears nothing until something changes', async () => {
    const since = await version();
    const socket = await watch(`?since=${since}`);
    await hold([4]);
    expect(await socket.heard('delta')).toMatchObject({ from: since, seats: [[4, 1]] });
    expect(socket.count('snapshot')).toBe(0);
  });

  test('with an older version gets what changed since in one delta', async () => {
    const since = await version();
    const held = await hold([4]);
    await hold([5]);
    await releaseHold(client, { ...ref, owner: 'owner', ...held }, held.maxExpiresAtMs);
    const socket = await watch(`?since=${since}`);
    expect(await socket.heard('delta')).toMatchObject({
      from: since,
      version: await version(),
      seats: [
        [4, 0],
        [5, 1],
      ],
    });
    expect(socket.count('snapshot')).toBe(0);
  });

  test('with a version nobody has any more gets a snapshot', async () => {
    const since = await version();
    await world.redis.flushall();
    await load(2);
    const socket = await watch(`?since=${since}`);
    expect(await socket.heard('snapshot')).toMatchObject({ version: await version() });
  });

  test('finds, after the inventory was loaded anew, a snapshot among its frames', async () => {
    const socket = await watch();
    await socket.heard('snapshot');
    await world.redis.flushall();
    await load(2);
    await expect.poll(() => socket.count('snapshot'), { timeout: 4000 }).toBe(2);
  });
});

describe('what is not there', () => {
  test.each([
    ['an unknown performance', '/performances/nowhere', 'performance_not_found', 1008],
    ['an unknown stop', '/performances/show?from=X', 'invalid_request', 1008],
    ['stops in the wrong order', '/performances/show?from=C&to=B', 'invalid_request', 1008],
  ])('%s is refused', async (_title, path, code, closeCode) => {
    const socket = await world.open(path);
    expect(await socket.closed).toBe(closeCode);
    expect(last(socket)).toEqual({ type: 'error', code });
  });

  test('an inventory that is being rebuilt asks to come again', async () => {
    await world.redis.hset(roomKeys('demo').state, { epoch: 9 });
    const socket = await watch();
    expect(await socket.closed).toBe(1013);
    expect(last(socket)).toEqual({ type: 'error', code: 'inventory_rebuilding' });
  });
});

test('9 watchers of one stretch cost Redis no more than one', async () => {
  const sockets = await Promise.all(Array.from({ length: 9 }, () => watch()));
  await Promise.all(sockets.map((socket) => socket.heard('snapshot')));
  await world.redis.config('RESETSTAT');
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const stats = await world.redis.info('commandstats');
  expect(Number(/cmdstat_evalsha:calls=(\d+)/.exec(stats)?.[1])).toBeLessThanOrEqual(4);
});
