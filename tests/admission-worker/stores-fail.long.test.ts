import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { whyNoSmallDisk } from '../support/small-disk.ts';
import { LIMITS, openBusyRoom } from './busy-room.ts';
import { expectPromisesKept, ticksOf, until } from './promises.ts';
import { startWorkersWorld, type WorkersWorld } from './workers-world.ts';

let world: WorkersWorld;
beforeAll(async () => {
  world = await startWorkersWorld({ onSmallDisk: true });
});
afterEach(() => world.killWorkers());
afterAll(() => world.close());

const framesOf = (room: string) => world.frames.get(room) ?? [];
const boardOf = (room: string) => framesOf(room).at(-1)?.board;

it('a Postgres that hangs: the board says so within three seconds and stays fresh, nobody enters, all comes back alone', async () => {
  const crowd = await openBusyRoom(world, 'hanging');
  const pausedAt = Date.now();
  world.postgres.pause();
  await until('the board is held', () => boardOf('hanging')?.held === 'postgres');
  // Half a second for the machine, which runs everything else as well.
  expect(Date.now() - pausedAt).toBeLessThan(3500);
  await sleep(3000);
  const since = framesOf('hanging').filter(({ heardAt }) => heardAt > pausedAt + 500);
  expect(since.flatMap(({ admitted }) => admitted)).toEqual([]);
  expect(Date.now() - (boardOf('hanging')?.at ?? 0), 'age of the board').toBeLessThan(2500);
  world.postgres.resume();
  const inside = crowd.entered.size;
  await until('people come in again', () => crowd.entered.size > inside + 10);
  const [row] = await world.sql<{ count: number }[]>`
    SELECT count(*)::int AS count FROM pg_stat_activity WHERE application_name = 'admission-worker'`;
  expect(row?.count, 'connections of two workers').toBeLessThanOrEqual(16);
  await crowd.stop();
  await expectPromisesKept(world, 'hanging', crowd, LIMITS);
}, 60_000);

it('a Postgres whose disk is full: nobody enters, the board says so, and all comes back alone', async (context) => {
  const { disk } = world.postgres;
  if (disk === null) return context.skip((await whyNoSmallDisk()) ?? '');
  const crowd = await openBusyRoom(world, 'crammed');
  await disk.fill();
  await until('the board is held', () => boardOf('crammed')?.held === 'postgres');
  const heldAt = Date.now();
  await sleep(3000);
  const since = framesOf('crammed').filter(({ heardAt }) => heardAt > heldAt + 500);
  expect(since.length, 'boards go out').toBeGreaterThan(1);
  expect(since.flatMap(({ admitted }) => admitted)).toEqual([]);
  await disk.free();
  const inside = crowd.entered.size;
  await until('people come in again', () => crowd.entered.size > inside + 10);
  await crowd.stop();
  await expectPromisesKept(world, 'crammed', crowd, LIMITS);
}, 60_000);

/** Redis comes back with what it held a moment ago, within the same tick, so that its last tick is the one of Postgres. */
async function rollBackWithinATick(room: string): Promise<void> {
  const ticks = ticksOf(framesOf(room)).length;
  await until('a tick has just been', () => ticksOf(framesOf(room)).length > ticks);
  await world.save();
  await sleep(100);
  await world.redis.kill();
  await world.redis.start(true);
}

it('a Redis that comes back from a copy of the same tick, and a moment later empty, is restored each time', async () => {
  const crowd = await openBusyRoom(world, 'failing');
  const { epoch: first = 0 } = boardOf('failing') ?? {};
  await rollBackWithinATick('failing');
  await until('a new epoch', () => (boardOf('failing')?.epoch ?? 0) > first);
  let inside = crowd.entered.size;
  await until('people come in again', () => crowd.entered.size > inside + 5);
  const { epoch: second = 0 } = boardOf('failing') ?? {};
  expect(second - first, 'each worker takes one epoch at most').toBeLessThanOrEqual(2);

  await world.redis.kill();
  await world.redis.start(false);
  await until('another epoch', () => (boardOf('failing')?.epoch ?? 0) > second);
  inside = crowd.entered.size;
  await until('people come in once more', () => crowd.entered.size > inside + 5);
  const { epoch: third = 0 } = boardOf('failing') ?? {};
  await sleep(2000);
  expect(boardOf('failing')?.epoch, 'it has come to rest').toBe(third);
  await crowd.stop();
  await expectPromisesKept(world, 'failing', crowd, LIMITS);
}, 90_000);
