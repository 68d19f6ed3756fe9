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
function reader(): Watcher & { frames: Frame[] } {
  const frames: Frame[] = [];
  const offer = (frame: Buffer) => frames.push(JSON.parse(frame.subarray(frame.indexOf('{')).toString()) as Frame) > 0;
  return { frames, missed: false, outbox: { offer, send: () => true, close: () => {} } };
}

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
