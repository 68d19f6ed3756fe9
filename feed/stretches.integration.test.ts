import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLogger } from '../platform/log.ts';
import { type InventoryWorld, startInventory, REF } from '../redis/inventory/inventory.fixture.ts';
import { createPerformanceHub } from './performance-hub.ts';
import type { Watcher } from './stretch.ts';

let world: InventoryWorld;
beforeAll(async () => {
  world = await startInventory();
  await world.reset();
  await world.admit('anna');
});
afterAll(() => world.close());

type Frame = { type: string; version: string; from?: string; seats?: number[][]; zones: unknown[] };
const textOf = (frame: Buffer): Frame => JSON.parse(frame.subarray(frame.indexOf('{')).toString()) as Frame;

function listener<T>(heard: (frame: Buffer) => T): Watcher & { frames: T[] } {
  const frames: T[] = [];
  const offer = (frame: Buffer) => frames.push(heard(frame)) > 0;
  return { frames, missed: false, outbox: { offer, send: () => true, close: () => {} } };
}
const reader = () => listener(textOf);

test('strangers open only so many stretches, and those who watch one already share it', async () => {
  const log = createLogger('feed', 'silent');
  const hub = createPerformanceHub(REF, { client: world.client, log, maxStretches: 2 });
  const wish = (from: string | null, to: string | null) => ({ since: null, from, to });
  expect(await hub.watch(reader(), wish('A', 'B'))).toBe('watching');
  const first = reader();
  expect(await hub.watch(first, wish(null, null))).toBe('watching');
  expect(await hub.watch(reader(), wish('B', 'C'))).toBe('full');
  expect(await hub.watch(reader(), wish('A', 'C'))).toBe('watching');
  hub.leave(first);
  hub.stop();
});

test('a change on other legs moves only the version', async () => {
  const hub = createPerformanceHub(REF, { client: world.client, log: createLogger('feed', 'silent') });
  const [early, late] = [reader(), reader()];
  await hub.watch(early, { since: null, from: 'A', to: 'B' });
  await hub.watch(late, { since: null, from: 'B', to: 'C' });
  await world.held('anna', { seats: [4], legs: [1, 2] });
  await expect.poll(() => late.frames.at(-1)).toMatchObject({ type: 'delta', seats: [[4, 1]] });
  const version = late.frames.at(-1)?.version;
  expect(early.frames.at(-1)).toMatchObject({ type: 'delta', version, seats: [], zones: [] });
  hub.stop();
});

test('9,000 watchers cost one frame for each batch of changes: all are handed the same bytes, made once', async () => {
  const hub = createPerformanceHub(REF, { client: world.client, log: createLogger('feed', 'silent') });
  const crowd = Array.from({ length: 9000 }, () => listener((frame) => frame));
  const enter = (watcher: Watcher) => hub.watch(watcher, { since: null, from: null, to: null });
  for (const first of crowd.slice(0, 1)) await enter(first);
  await Promise.all(crowd.slice(1).map(enter));
  // They came between two changes: one snapshot was made for all of them.
  expect(new Set(crowd.flatMap(({ frames }) => frames)).size).toBe(1);
  for (const watcher of crowd) watcher.frames.length = 0;
  const seats = [0, 1, 2, 3, 6, 7, 8, 9];
  await world.admit('bert');
  await Promise.all(seats.map((seat) => world.held(seat < 5 ? 'anna' : 'bert', { seats: [seat] })));
  const told = () => new Set(crowd.at(-1)?.frames.flatMap((frame) => textOf(frame).seats?.map(([seat]) => seat) ?? []));
  await expect.poll(() => told().size, { timeout: 5000 }).toBe(seats.length);
  const distinct = new Set(crowd.flatMap(({ frames }) => frames));
  // One; two where the hub looked in the midst of the changes.
  expect(distinct.size).toBeLessThanOrEqual(2);
  for (const { frames } of crowd) expect(frames.length).toBe(distinct.size);
  hub.stop();
});
