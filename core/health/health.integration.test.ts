import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestPostgres, startTestRedis, type TestPostgres, type TestRedis } from '../../local-stack/test-stack.ts';
import { connectDatabase, type Sql } from '../../db/connect.ts';
import { createManualClock, systemClock } from '../../platform/clock.ts';
import { createLogger } from '../../platform/log.ts';
import { connectRedis, createNodeScriptClient } from '../../redis/client.node.ts';
import { parseCoreHealth } from '../../redis/health/core-health.ts';
import { CORE_HEALTH_KEY } from '../../redis/keys.ts';
import { createRequestMeter } from './request-meter.ts';
import { startHealth } from './start-health.ts';

let postgres: TestPostgres;
let testRedis: TestRedis;
let sql: Sql;
let redis: ReturnType<typeof connectRedis>;

beforeAll(async () => {
  [postgres, testRedis] = await Promise.all([startTestPostgres(), startTestRedis()]);
  sql = connectDatabase((await postgres.createDatabase()).url, { max: 2 });
  redis = connectRedis(testRedis.url);
  await redis.connect();
});
afterAll(async () => {
  redis.disconnect();
  await sql.end();
  await Promise.all([testRedis.stop(), postgres.stop()]);
});

/** Asks until it holds; the writer has a timer of its own. */
async function eventually(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('it never held');
}
const healths = async () => parseCoreHealth(await redis.hgetall(CORE_HEALTH_KEY));
const start = (everyMs = 20) =>
  startHealth(
    {
      scripts: createNodeScriptClient(redis),
      sql,
      log: createLogger('core', 'silent'),
      meter: createRequestMeter(systemClock),
    },
    everyMs,
  );

it('each process writes how it is with the time of Redis, and the long silent are forgotten', async () => {
  await redis.hset(CORE_HEALTH_KEY, { gone: '{"at":1}', odd: 'no json' });
  const [one, two] = [start(), start()];
  await eventually(async () => Object.keys(await healths()).length === 2);
  const [first] = Object.values(await healths());
  expect(await redis.hkeys(CORE_HEALTH_KEY)).toHaveLength(2);
  expect(first).toMatchObject({ holdP95Ms: null, errorRate: null });
  expect(first?.poolWaitMs).toBeGreaterThanOrEqual(0);
  expect(first?.eventLoopLagMs).toBeGreaterThanOrEqual(0);
  expect(Math.abs((first?.at ?? 0) - systemClock.nowMs())).toBeLessThan(2000);
  await Promise.all([one.stop(), two.stop()]);
});

it('a Redis that is away harms nothing, and its return is noticed', async () => {
  const other = await startTestRedis();
  const lost = connectRedis(other.url);
  await lost.connect();
  const meter = createRequestMeter(systemClock);
  const health = startHealth(
    { scripts: createNodeScriptClient(lost), sql, log: createLogger('core', 'silent'), meter },
    20,
  );
  await other.stop();
  await new Promise((resolve) => setTimeout(resolve, 200));
  await health.stop();
  lost.disconnect();
});

it('the meter tells the slow holds and the failed answers of the last ten seconds only', () => {
  const clock = createManualClock(1_000_000);
  const meter = createRequestMeter(clock);
  expect(meter.read()).toEqual({ holdP95Ms: null, errorRate: null, answers: 0 });
  for (let i = 1; i <= 100; i += 1) meter.note({ isHold: true, status: i <= 90 ? 201 : 503, durationMs: i });
  meter.note({ isHold: false, status: 200, durationMs: 9999 });
  expect(meter.read()).toEqual({ holdP95Ms: 95, errorRate: 10 / 101, answers: 101 });
  clock.advance(9_999);
  expect(meter.read().holdP95Ms).toBe(95);
  clock.advance(1);
  expect(meter.read()).toEqual({ holdP95Ms: null, errorRate: null, answers: 0 });
});
