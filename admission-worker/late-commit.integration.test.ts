import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { accessKey } from '../redis/keys.ts';
import { leaveRoom } from '../redis/room/leave.ts';
import type { TickClient } from '../redis/script-client.ts';
import type { TicketRef } from '../redis/room/ticket-keys.ts';
import { setTestClock } from '../redis/test-clock.ts';
import { admit, type Stores } from './admit.ts';
import { restore } from './restore.ts';
import { admittedIds, ROOM, type RoomWorld, startRoomWorld } from './room-world.fixture.ts';

const CLAIM_SECONDS = 30;
/** Longer than the claim window, and than an access key outlives its end. */
const OUTAGE_MS = 200_000;

let world: RoomWorld;
beforeAll(async () => {
  world = await startRoomWorld();
});
afterAll(() => world.close());
beforeEach(() => world.reset());

/** Visitors who are ready, and a tick that admits them and does not get beyond `stores`. */
async function beginTick(count: number, stores: Partial<Stores>): Promise<TicketRef[]> {
  await world.openRoom({ claim: CLAIM_SECONDS });
  const tickets = await Promise.all(Array.from({ length: count }, () => world.join()));
  await world.ticks(1);
  for (const ticket of tickets) expect(await world.ask(ticket)).toMatchObject({ state: 'ready' });
  await world.advance(1000);
  await expect(admit({ ...world.stores(), ...stores }, await world.row())).rejects.toThrow('is away');
  return tickets;
}

const postgresAway: Partial<Stores> = { postgres: () => Promise.reject(new Error('Postgres is away')) };
/** Postgres takes the tick, and then Redis can't be reached to commit it. */
const commitAway = (): Partial<Stores> => ({
  scripts: {
    ...world.scripts,
    run: (script, keys, args) =>
      script === 'commit-tick' ? Promise.reject(new Error('Redis is away')) : world.scripts.run(script, keys, args),
  },
});

it('gives who was admitted the whole window from the commit, however long Postgres was away', async () => {
  const [early, last, never] = await beginTick(3, postgresAway);
  if (early === undefined || last === undefined || never === undefined) throw new Error('who?');
  expect(await world.redis.pttl(accessKey(ROOM, early.ticketId)), 'kept until a tick takes it out').toBe(-1);
  for (let passed = 0; passed < OUTAGE_MS; passed += 40_000) {
    await world.advance(40_000);
    expect(await world.ask(early), 'nothing is lost while it lasts').toMatchObject({ state: 'ready', againMs: 1000 });
    await expect(admit({ ...world.stores(), ...postgresAway }, await world.row())).rejects.toThrow('Postgres is away');
  }
  expect(admittedIds(await world.ticks(1))).toHaveLength(3);
  const untilMs = world.now() + CLAIM_SECONDS * 1000;
  expect(await world.ask(early, false)).toMatchObject({ state: 'admitted', untilMs });
  await world.ticks(CLAIM_SECONDS - 1);
  await world.advance(999);
  expect(await world.ask(last), 'in the last moment').toMatchObject({ state: 'active' });
  await world.ticks(1);
  expect(await world.ask(never), 'one unclaimed key').toMatchObject({ state: 'late' });
});

it('tells Postgres of the new window, also when it had the tick before, so that a restore keeps the key', async () => {
  const [ticket] = await beginTick(1, commitAway());
  if (ticket === undefined) throw new Error('who?');
  await world.advance(OUTAGE_MS);
  expect(admittedIds(await world.ticks(1))).toEqual([ticket.ticketId]);
  const [row] = await world.sql()`SELECT extract(epoch FROM live_until)::float8 * 1000 AS until FROM admissions`;
  expect(row).toEqual({ until: world.now() + CLAIM_SECONDS * 1000 });
  await world.testRedis.flush();
  await setTestClock(world.redis, world.now());
  // Postgres goes by its own clock, which no test moves: to it the key's end lies years ahead.
  await restore(world.stores(), await world.row());
  expect(await world.ask(ticket)).toMatchObject({ state: 'active' });
});

it('begins the windows anew when the worker was stopped between its write and its commit', async () => {
  const [claims, never] = await beginTick(2, postgresAway);
  if (claims === undefined || never === undefined) throw new Error('who?');
  const stopped: TickClient = {
    ...world.scripts,
    async run(script, keys, args) {
      if (script === 'commit-tick') await world.advance(CLAIM_SECONDS * 1000 + 500);
      return world.scripts.run(script, keys, args);
    },
  };
  const outcome = await admit({ ...world.stores(), scripts: stopped }, await world.row());
  expect(outcome, 'not committed').toEqual({ status: 'skipped', aheadTicks: 0 });
  expect(await world.ask(claims), 'nothing is lost meanwhile').toMatchObject({ state: 'ready', againMs: 1000 });
  expect(admittedIds(await world.ticks(1))).toHaveLength(2);
  await world.ticks(CLAIM_SECONDS - 1);
  await world.advance(999);
  expect(await world.ask(claims), 'in the last moment').toMatchObject({ state: 'active' });
  await world.ticks(1);
  expect(await world.ask(never), 'one unclaimed key').toMatchObject({ state: 'late' });
});

it('gives no key back to who left meanwhile, and begins no window anew that is a moment old', async () => {
  const [gone, stays] = await beginTick(2, postgresAway);
  if (gone === undefined || stays === undefined) throw new Error('who?');
  const begunMs = world.now();
  expect(await leaveRoom(world.scripts, gone)).toBe(true);
  await world.advance(900);
  await admit(world.stores(), await world.row());
  expect(await world.ask(stays, false)).toMatchObject({ untilMs: begunMs + CLAIM_SECONDS * 1000 });
  expect(await world.ask(gone)).toMatchObject({ state: 'spent' });
  expect(await world.redis.exists(accessKey(ROOM, gone.ticketId))).toBe(0);
});
