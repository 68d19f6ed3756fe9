import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { startLiveCrowd, type LiveCrowd } from './live-crowd.ts';
import { expectPromisesKept, mostMissedTicks, ticksOf, until } from './promises.ts';
import { startWorkersWorld, type WorkersWorld } from './workers-world.ts';

let world: WorkersWorld;
beforeAll(async () => {
  world = await startWorkersWorld();
});
afterEach(() => world.killWorkers());
afterAll(() => world.close());

/** A rate that the rolling minute bounds: the crowd wants more than a minute allows. */
const LIMITS = { rate: 240, capacity: 80 };
const framesOf = (room: string) => world.frames.get(room) ?? [];
const boardOf = (room: string) => framesOf(room).at(-1)?.board;

async function openBusyRoom(room: string, workers: number, env?: Record<string, string>) {
  await world.makeRoom(room, LIMITS);
  const started = await world.startWorkers(workers, env);
  await until('the room ticks', () => ticksOf(framesOf(room)).length > 1);
  const crowd: LiveCrowd = startLiveCrowd(world, room, 3000);
  await crowd.join(500);
  await until('people come in', () => crowd.entered.size > 8);
  return { crowd, workers: started };
}

it('workers killed at random, and one stopped for thirty seconds: two ticks late at most, bounds and order hold', async () => {
  const { crowd, workers } = await openBusyRoom('killed', 3);
  const from = framesOf('killed').length;
  const [stopped, ...others] = workers;
  stopped?.signal('SIGSTOP');
  const end = Date.now() + 30_000;
  while (Date.now() < end) {
    // Another one is there before the first dies: at any moment somebody can tick.
    others.push(...(await world.startWorkers(1)));
    await sleep(Math.random() * 2000);
    others.shift()?.signal('SIGKILL');
  }
  stopped?.signal('SIGCONT');
  await sleep(3000);
  for (const other of others) other.signal('SIGKILL');
  await sleep(30_000);
  expect(mostMissedTicks(framesOf('killed').slice(from - 1))).toBeLessThanOrEqual(2);
  await crowd.stop();
  await expectPromisesKept(world, 'killed', crowd, LIMITS);
}, 200_000);

it('a Postgres that hangs for thirty seconds: held all the time, few connections, and it comes back alone', async () => {
  const { crowd } = await openBusyRoom('hanging', 2);
  const pausedAt = Date.now();
  world.postgres.pause();
  await until('the board is held', () => boardOf('hanging')?.held === 'postgres', 3500);
  while (Date.now() < pausedAt + 30_000) {
    await sleep(1000);
    expect(boardOf('hanging')?.held).toBe('postgres');
    expect(Date.now() - (boardOf('hanging')?.at ?? 0), 'age of the board').toBeLessThan(2500);
  }
  world.postgres.resume();
  const inside = crowd.entered.size;
  await until('people come in again', () => crowd.entered.size > inside + 8);
  const [row] = await world.sql<{ count: number }[]>`
    SELECT count(*)::int AS count FROM pg_stat_activity WHERE application_name = 'admission-worker'`;
  expect(row?.count, 'connections of two workers').toBeLessThanOrEqual(16);
  await crowd.stop();
  await expectPromisesKept(world, 'hanging', crowd, LIMITS);
}, 120_000);

it('told to ignore which Redis it is, a worker believes a copy of the same tick: the control of stores-fail.long.test.ts', async () => {
  const { crowd } = await openBusyRoom('trusting', 2, { ONSALE_REDIS_RUN_ID: 'ignore' });
  const before = boardOf('trusting')?.epoch;
  const ticks = ticksOf(framesOf('trusting')).length;
  await until('a tick has just been', () => ticksOf(framesOf('trusting')).length > ticks);
  await world.save();
  await world.redis.kill();
  await world.redis.start(true);
  const restarted = ticksOf(framesOf('trusting')).length;
  await until('it ticks on', () => ticksOf(framesOf('trusting')).length > restarted + 1);
  expect(boardOf('trusting')?.epoch).toBe(before);
  await crowd.stop();
}, 60_000);
