import type { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectDatabase, type Sql } from '../db/connect.ts';
import { startTestPostgres, startTestRedis, type TestPostgres, type TestRedis } from '../local-stack/test-stack.ts';
import { createLogger } from '../platform/log.ts';
import { connectRedis, createNodeScriptClient } from '../redis/client.node.ts';
import { ROOMS_KEY } from '../redis/keys.ts';
import { answerCall } from '../redis/room/answer.ts';
import { joinRoom } from '../redis/room/join.ts';
import { readRoomInfo } from '../redis/room/room-info.ts';
import type { TickClient } from '../redis/script-client.ts';
import { scriptsWithTestClock, setTestClock } from '../redis/test-clock.ts';
import { writeSoldOut } from '../db/queries/rooms.ts';
import type { Worker } from './directory.ts';
import { createRounds, HEALTHY_CORE } from './rounds.fixture.ts';

let postgres: TestPostgres;
let testRedis: TestRedis;
let redis: Redis;
let sql: Sql;
let away: Sql;
let scripts: TickClient;
let now = 1_800_000_000_000;
/** What a test takes away for a while. */
const surroundings = { postgresAway: false, coreThere: true };
let serveAll: () => Promise<void>;

beforeAll(async () => {
  [postgres, testRedis] = await Promise.all([startTestPostgres(), startTestRedis()]);
  redis = connectRedis(testRedis.url);
  await redis.connect();
  scripts = createNodeScriptClient(redis, scriptsWithTestClock());
  sql = connectDatabase((await postgres.createDatabase()).url, { max: 2 });
  away = connectDatabase('postgres://nobody@127.0.0.1:1/nothing', { max: 1 });
  await sql`INSERT INTO rooms (id, name, new_users_per_minute, total_active_users, session_duration_seconds, claim_window_seconds,
    queueing_method, hold_limit, joins_per_client_per_minute, draw_seed)
    VALUES ('demo', 'Demo', 600, 100, 600, 120, 'fifo', 6, 1000, 'seed')`;
  const worker: Worker = {
    pool: { sql: () => (surroundings.postgresAway ? away : sql), renew() {}, end: async () => {} },
    scripts,
    log: createLogger('test', 'silent'),
    announceRooms: async (rooms) => void (await redis.sadd(ROOMS_KEY, ...rooms)),
    lookAtCore: async () => (surroundings.coreThere ? HEALTHY_CORE : { ...HEALTHY_CORE, healths: [] }),
    redisRunId: () => null,
  };
  serveAll = createRounds(worker);
  // The first round only restores the room: there is no board yet.
  await round().catch(() => {});
  for (let i = 0; i < 8; i++) await round();
});
afterAll(async () => {
  redis.disconnect();
  await Promise.all([sql.end(), away.end({ timeout: 0 })]);
  await Promise.all([testRedis.stop(), postgres.stop()]);
});

async function round(changes: Partial<typeof surroundings> = {}) {
  now += 1000;
  await setTestClock(redis, now);
  Object.assign(surroundings, { postgresAway: false, coreThere: true }, changes);
  await serveAll();
  return (await readRoomInfo(scripts, 'demo')).board;
}

const joinAs = (ticketId: string, lane = 'general') =>
  joinRoom(scripts, { room: 'demo', ticketId, lane, expMs: now + 1e6 });

it('stands still while core is silent, says so on a board of this second, and goes on by itself', async () => {
  const before = await round();
  const held = await round({ coreThere: false });
  expect(held).toMatchObject({ held: 'core', tick: before.tick, at: now, active: before.active });
  expect(await round({ coreThere: false })).toMatchObject({ held: 'core', at: now });
  const after = await round();
  expect(after.held).toBeUndefined();
  expect(after.tick).toBeGreaterThan(before.tick);
});

it('stands still while Postgres is away, and goes on by itself', async () => {
  const before = await round();
  expect((await round({ postgresAway: true })).held, 'another worker may reach it').toBeUndefined();
  expect(await round({ postgresAway: true })).toMatchObject({ held: 'postgres', tick: before.tick, at: now });
  expect(await round({ postgresAway: true })).toMatchObject({ held: 'postgres', tick: before.tick, at: now });
  const after = await round();
  expect(after.held).toBeUndefined();
  expect(after, 'the tick that was begun before is finished, and another one made').toMatchObject({ at: now });
});

it('a lane that is added takes visitors in the same round, and one that is removed is served on', async () => {
  const lanes = [
    { name: 'general', weight: 1 },
    { name: 'members', weight: 3, codes: ['sesame'] },
  ];
  await sql`UPDATE rooms SET lanes = ${sql.json(lanes)}, version = version + 1`;
  await round();
  const info = await readRoomInfo(scripts, 'demo');
  expect(JSON.stringify(info), 'no code leaves Postgres').not.toContain('sesame');
  expect(info.laneCodes['members']).toHaveLength(1);
  expect(await joinAs('member', 'members')).toMatchObject({ state: 'waiting', score: '2' });
  await sql`UPDATE rooms SET lanes = ${sql.json(lanes.slice(0, 1))}, version = version + 1`;
  const board = await round();
  expect((await readRoomInfo(scripts, 'demo')).lanes).toEqual(['general']);
  expect(board.lanes['members']).toBeDefined();
});

it('sold out calls nobody, and calls again once there is stock', async () => {
  await writeSoldOut(sql, 'demo', true);
  const board = await round();
  expect(board.phase).toBe('sold_out');
  for (let i = 0; i < 30; i++) await round();
  await joinAs('hopeful');
  expect((await round()).lanes['general']).toMatchObject({ waiting: 1 });
  await writeSoldOut(sql, 'demo', false);
  expect(await round()).toMatchObject({ phase: 'open', lanes: { general: { waiting: 0 } } });
});

it('paused calls nobody, and goes on where it stood', async () => {
  await sql`UPDATE rooms SET paused = true, version = version + 1`;
  await joinAs('patient');
  for (let i = 0; i < 5; i++) await round();
  expect(await round()).toMatchObject({ phase: 'paused', lanes: { general: { waiting: 1 } } });
  await sql`UPDATE rooms SET paused = false, version = version + 1`;
  expect(await round()).toMatchObject({ phase: 'open', lanes: { general: { waiting: 0 } } });
});

it('passthrough lets everyone who answers in by the next tick, whatever the limits', async () => {
  await sql`UPDATE rooms SET queueing_method = 'passthrough', new_users_per_minute = 1, total_active_users = 1, version = version + 1`;
  await round();
  const ids = Array.from({ length: 40 }, (_, i) => `guest-${i}`);
  for (const ticketId of ids) {
    const { score } = await joinAs(ticketId);
    const ticket = { room: 'demo', ticketId, lane: 'general', expMs: now + 1e6, score: score ?? '' };
    expect(await answerCall(scripts, ticket, true)).toMatchObject({ state: 'ready' });
  }
  expect((await round()).active).toBe(ids.length);
});
