import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startLiveCrowd } from './live-crowd.ts';
import { expectPromisesKept, mostMissedTicks, ticksOf, until } from './promises.ts';
import { startWorkersWorld, type WorkersWorld } from './workers-world.ts';

let world: WorkersWorld;
beforeAll(async () => {
  world = await startWorkersWorld();
});
afterAll(() => world.close());

const LIMITS = { rate: 600, capacity: 60 };
const framesOf = (room: string) => world.frames.get(room) ?? [];

it('a worker that dies between its tick and the note of it, and one that stops there, delay nobody by more than two ticks', async () => {
  await world.makeRoom('demo', LIMITS);
  const [dying, stopping, third] = await world.startWorkers(3);
  await until('the room ticks', () => ticksOf(framesOf('demo')).length > 1);
  const crowd = startLiveCrowd(world, 'demo', 1500);
  await crowd.join(120);
  await until('people come in', () => crowd.entered.size > 10);

  // Whoever ticks now waits for this row before the note is written: all three stand at the same, worst place.
  const lock = await world.sql.reserve();
  await lock`BEGIN`;
  await lock`SELECT 1 FROM rooms WHERE id = 'demo' FOR UPDATE`;
  await sleep(1200);
  dying?.signal('SIGKILL');
  stopping?.signal('SIGSTOP');
  await lock`COMMIT`;
  lock.release();
  const from = framesOf('demo').length;
  const inside = crowd.entered.size;
  await until('people come in again', () => crowd.entered.size > inside + 10);
  expect(mostMissedTicks(framesOf('demo').slice(from - 1))).toBeLessThanOrEqual(2);

  stopping?.signal('SIGCONT');
  await sleep(2000);
  third?.signal('SIGKILL');
  await sleep(2500);
  expect(mostMissedTicks(framesOf('demo').slice(from - 1)), 'the one that woke up goes on alone').toBeLessThanOrEqual(
    2,
  );
  await crowd.stop();
  await expectPromisesKept(world, 'demo', crowd, LIMITS);
}, 60_000);

it('a room whose row somebody has locked stands still and says so, and no other room waits for it', async () => {
  await world.makeRoom('locked', LIMITS);
  await world.makeRoom('other', LIMITS);
  const [worker] = await world.startWorkers(1);
  await until('both tick', () => ['locked', 'other'].every((room) => ticksOf(framesOf(room)).length > 1));
  const lock = await world.sql.reserve();
  await lock`BEGIN`;
  await lock`SELECT 1 FROM rooms WHERE id = 'locked' FOR UPDATE`;
  const from = Date.now();
  await until('the locked room is held', () => framesOf('locked').at(-1)?.board.held === 'postgres');
  expect(Date.now() - from).toBeLessThan(3500);
  await sleep(1500);
  expect(mostMissedTicks(framesOf('other'))).toBeLessThanOrEqual(1);
  expect(framesOf('other').every(({ board }) => board.held === undefined)).toBe(true);
  await lock`COMMIT`;
  lock.release();
  await until('it ticks again', () => framesOf('locked').at(-1)?.board.held === undefined);
  worker?.signal('SIGTERM');
  expect(await worker?.exited, 'it stops clean').toBe(0);
}, 60_000);
