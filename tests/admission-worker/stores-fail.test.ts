import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { LIMITS, openBusyRoom } from './busy-room.ts';
import { expectPromisesKept, until } from './promises.ts';
import { startWorkersWorld, type WorkersWorld } from './workers-world.ts';

let world: WorkersWorld;
beforeAll(async () => {
  world = await startWorkersWorld();
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
