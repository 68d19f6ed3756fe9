import type { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { lookAtCore } from '../../admission-worker/core-sight.ts';
import { createRounds, fixedPool } from '../../admission-worker/rounds.fixture.ts';
import { effectiveRate } from '../../contracts/autopilot.ts';
import { createRequestMeter } from '../../core/health/request-meter.ts';
import { startHealth } from '../../core/health/start-health.ts';
import { connectDatabase, type Sql } from '../../db/connect.ts';
import { listRooms } from '../../db/queries/rooms.ts';
import { startTestPostgres, startTestRedis, type TestPostgres, type TestRedis } from '../../local-stack/test-stack.ts';
import { systemClock } from '../../platform/clock.ts';
import { createLogger } from '../../platform/log.ts';
import { connectRedis, createNodeScriptClient } from '../../redis/client.node.ts';
import { parseCoreHealth } from '../../redis/health/core-health.ts';
import { writeRoomStock } from '../../redis/health/room-stock.ts';
import { CORE_HEALTH_KEY, ROOMS_KEY } from '../../redis/keys.ts';
import { joinRoom } from '../../redis/room/join.ts';
import type { TickClient } from '../../redis/script-client.ts';
import { scriptsWithTestClock, setTestClock } from '../../redis/test-clock.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';

/*
 * Core's own health loop and pool against a real Postgres that a proxy slows down, beside the worker's own rounds. A round is a second of
 * the room's time; core measures in real time.
 */
const LIMIT = 600;
const log = createLogger('test', 'silent');
let postgres: TestPostgres;
let testRedis: TestRedis;
let redis: Redis;
let proxy: TcpProxy;
let sql: Sql;
let coreSql: Sql;
let scripts: TickClient;
let health: { stop(): Promise<void> };
let now = systemClock.nowMs() + 86_400_000;
let serveAll: () => Promise<void>;

/** A worker that has just started: it knows what the stores know. */
const newWorker = () =>
  createRounds({
    pool: fixedPool(sql),
    scripts,
    log,
    announceRooms: async (rooms) => void (await redis.sadd(ROOMS_KEY, ...rooms)),
    lookAtCore: async () => ({ ...(await lookAtCore(redis)), nowMs: now }),
    redisRunId: () => null,
  });

beforeAll(async () => {
  [postgres, testRedis] = await Promise.all([startTestPostgres(), startTestRedis()]);
  const { url } = await postgres.createDatabase();
  proxy = await startTcpProxy(url);
  sql = connectDatabase(url, { max: 2 });
  coreSql = connectDatabase(proxy.url, { max: 2 });
  redis = connectRedis(testRedis.url);
  await redis.connect();
  scripts = createNodeScriptClient(redis, scriptsWithTestClock());
  await setTestClock(redis, now);
  const meter = createRequestMeter(systemClock);
  health = startHealth({ scripts, sql: coreSql, log, meter }, 50);
  await sql`INSERT INTO rooms (id, name, new_users_per_minute, total_active_users, session_duration_seconds, claim_window_seconds,
    queueing_method, hold_limit, joins_per_client_per_minute, draw_seed, mode, min_users_per_minute, max_users_per_minute)
    VALUES ('demo', 'Demo', ${LIMIT}, 1000, 600, 120, 'fifo', 6, 100000, 'seed', 'autopilot', 60, 900)`;
  serveAll = newWorker();
  await rounds(10);
});
afterAll(async () => {
  await health.stop();
  redis.disconnect();
  await Promise.all([sql.end({ timeout: 1 }), coreSql.end({ timeout: 1 }), proxy.stop()]);
  await Promise.all([testRedis.stop(), postgres.stop()]);
});

/** So many seconds of the room; people go on coming, and there is plenty to sell. Returns the rate in force and why, last. */
async function rounds(count: number) {
  for (let i = 0; i < count; i += 1) {
    now += 1000;
    await setTestClock(redis, now);
    await writeRoomStock(scripts, 'demo', { capacity: 1e6, free: 1e6, held: 0, pending: 0 });
    if ((await redis.sismember(ROOMS_KEY, 'demo')) === 1) await join(10);
    await serveAll();
  }
  return inForce();
}
async function inForce() {
  const [row] = await listRooms(sql);
  if (row === undefined) throw new Error('the test made no room');
  return { rate: effectiveRate(row), reason: row.autopilot?.reason ?? null };
}
let joined = 0;
async function join(count: number) {
  const ids = Array.from({ length: count }, () => `visitor-${(joined += 1)}`);
  const one = (ticketId: string) => joinRoom(scripts, { room: 'demo', ticketId, lane: 'general', expMs: now + 1e8 });
  // Before its first restore a room takes nobody.
  await Promise.all(ids.map((id) => one(id).catch(() => {})));
}
/** Slows Postgres, and waits until core has said so itself. */
async function slow(delayMs: number, isSeen: (poolWaitMs: number) => boolean) {
  proxy.setMode(delayMs === 0 ? 'carry' : { replyAfterMs: delayMs });
  for (let tries = 0; tries < 300; tries += 1) {
    // It speaks under the room's clock, so every word stays fresh; only the last one counts here.
    const [one] = Object.values(parseCoreHealth(await redis.hgetall(CORE_HEALTH_KEY)));
    if (one !== undefined && one.poolWaitMs !== null && isSeen(one.poolWaitMs)) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('core did not notice');
}

it('the rate climbs while core is well, falls when its Postgres is slow, and climbs again', async () => {
  await slow(0, (ms) => ms < 100);
  await join(1000);
  const well = await rounds(30);
  expect(well.rate).toBeGreaterThan(90);
  await slow(400, (ms) => ms > 250);
  const first = await rounds(1);
  expect(first).toEqual({ rate: expect.closeTo(well.rate * 0.7, -1), reason: 'pool_wait' });
  expect((await rounds(5)).rate, 'not again before it can show').toBe(first.rate);
  const low = await rounds(26);
  expect(low.rate, 'lowered twice more').toBeLessThan(well.rate * 0.5);
  await slow(0, (ms) => ms < 100);
  // Nobody here answers a call, so calls have emptied the line meanwhile.
  await join(2000);
  const again = await rounds(25);
  expect(again.rate, `because of ${again.reason}`).toBeGreaterThan(low.rate + 10);
}, 60_000);

it('another worker goes on from the same rate, also after Redis lost everything', async () => {
  const before = await inForce();
  serveAll = newWorker();
  const one = await rounds(1);
  expect(Math.abs(one.rate - before.rate)).toBeLessThan(15);
  await testRedis.flush();
  await setTestClock(redis, now);
  await slow(0, (ms) => ms < 100);
  const after = await rounds(4);
  expect(Math.abs(after.rate - one.rate)).toBeLessThan(40);
});

it('never passes the operator’s rate, and without the autopilot the rate stays whatever core says', async () => {
  await sql`UPDATE rooms SET new_users_per_minute = 50, version = version + 1`;
  expect((await rounds(3)).rate, 'also below the lower bound').toBe(50);
  await sql`UPDATE rooms SET mode = 'manual', new_users_per_minute = ${LIMIT}, version = version + 1`;
  await slow(400, (ms) => ms > 250);
  expect(await rounds(10)).toEqual({ rate: LIMIT, reason: null });
});
