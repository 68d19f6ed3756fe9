import { Redis } from 'ioredis';
import { askDirectly } from '../admission-worker/ask-postgres.ts';
import { restore } from '../admission-worker/restore.ts';
import { connectDatabase, type Sql } from '../db/connect.ts';
import { listRooms } from '../db/queries/rooms.ts';
import { startTestPostgres, startTestRedis } from '../local-stack/test-stack.ts';
import { createNodeScriptClient } from '../redis/client.node.ts';
import { roomKeys } from '../redis/keys.ts';
import type { TickClient } from '../redis/script-client.ts';
import { mainThreadMs } from './measure/processor-time.ts';
import { toTimings } from './measure/time.ts';
import type { BenchOptions } from './options.ts';
import { milliseconds, perSecond, whole, type Report } from './measure/report.ts';

const ROOM = 'bench';

/** A restore of a room that has had a million visitors: how long it takes, and how long one of its scripts keeps Redis from others. */
export async function benchRestore({ smoke }: BenchOptions): Promise<Report> {
  const spent = smoke ? 5000 : 1_000_000;
  const live = smoke ? 500 : 10_000;
  const [postgres, testRedis] = await Promise.all([startTestPostgres(), startTestRedis()]);
  const sql = connectDatabase((await postgres.createDatabase()).url, { max: 2, statementTimeoutMs: 120_000 });
  const redis = new Redis(testRedis.url);
  await fill(sql, spent, live);
  const [room] = await listRooms(sql);
  if (room === undefined) throw new Error('there is no room');
  // Every command counts, by Redis's own clock.
  await redis.config('SET', 'slowlog-log-slower-than', '0', 'slowlog-max-len', '100000');
  const before = process.cpuUsage();
  const began = performance.now();
  const work = countWork(createNodeScriptClient(redis), testRedis.pid);
  const epoch = await restore({ postgres: askDirectly(sql), scripts: work.scripts }, room);
  const tookMs = performance.now() - began;
  const cpu = process.cpuUsage(before);
  const scriptMs = await scriptTimes(redis);
  const { spent: spentKey, live: liveKey } = roomKeys(ROOM);
  const restored = [await redis.zcard(spentKey), await redis.zcard(liveKey)];
  redis.disconnect();
  await sql.end();
  await Promise.all([testRedis.stop(), postgres.stop()]);
  if (epoch === null || restored[0] !== spent + live || restored[1] !== live)
    throw new Error(`the restore is not whole: ${restored.join(', ')}`);
  const longest = Math.max(...scriptMs);
  const mostWork = Math.max(...work.workMs);
  return {
    title: `A restore of ${whole(spent)} spent tickets and ${whole(live)} sessions`,
    rows: [
      ['longest script', milliseconds(longest), { value: longest, bound: { atMost: 20 } }],
      ['work of Redis’s thread in a script, p99', milliseconds(toTimings(work.workMs).p99Ms)],
      ['most work of Redis’s thread in a script', milliseconds(mostWork), { value: mostWork, bound: { atMost: 20 } }],
      ['scripts', whole(scriptMs.length)],
      ['Redis, all scripts', milliseconds(scriptMs.reduce((sum, ms) => sum + ms, 0))],
      ['whole restore', milliseconds(tookMs)],
      ['entries a second', perSecond((spent + 2 * live) / (tookMs / 1000))],
      ['CPU of the worker', milliseconds((cpu.user + cpu.system) / 1000)],
    ],
    notes: [
      'Real Postgres and Redis on this machine; script times as Redis’s slow log has them: whoever takes its processor makes them longer.',
      'The work of its thread is what the kernel counts, reading and answering included, whoever else uses the machine.',
    ],
  };
}

async function fill(sql: Sql, spent: number, live: number): Promise<void> {
  await sql`INSERT INTO rooms (id, name, new_users_per_minute, total_active_users, session_duration_seconds, claim_window_seconds,
    queueing_method, hold_limit, joins_per_client_per_minute, draw_seed)
    VALUES (${ROOM}, 'Bench', 600, ${live}, 3600, 120, 'fifo', 6, 1000, 'seed')`;
  await sql`INSERT INTO spent_tickets (room, ticket_id, expires_at)
    SELECT ${ROOM}, substr(encode(sha256(n::text::bytea), 'base64'), 1, 22), now() + interval '1 h' + interval '23 h' * n / ${spent + live}
    FROM generate_series(1, ${spent + live}) AS n`;
  await sql`INSERT INTO admissions (room, ticket_id, tick, lane, score, admitted_at, live_until, claimed_at, ended_at, end_reason)
    SELECT ${ROOM}, substr(encode(sha256(n::text::bytea), 'base64'), 1, 22), n / 100, 'general', n, now() - interval '1 h', now() + interval '1 h', now(),
      CASE WHEN n > ${live} THEN now() END, CASE WHEN n > ${live} THEN 'left' END FROM generate_series(1, ${spent + live}) AS n`;
  await sql`ANALYZE`;
}

/** A script client that notes what Redis's main thread worked for each script, ms. Nobody else may ask that Redis meanwhile. */
function countWork(client: TickClient, pid: number): { scripts: TickClient; workMs: number[] } {
  const workMs: number[] = [];
  const scripts: TickClient = {
    ...client,
    async run(script, keys, args) {
      const { workedMs } = mainThreadMs(pid);
      const reply = await client.run(script, keys, args);
      workMs.push(mainThreadMs(pid).workedMs - workedMs);
      return reply;
    },
  };
  return { scripts, workMs };
}

/** What each script of the slow log took, ms. */
async function scriptTimes(redis: Redis): Promise<number[]> {
  const entries = await redis.slowlog('GET', -1);
  if (!Array.isArray(entries)) throw new TypeError('the slow log is no list');
  return entries.flatMap((entry: unknown) => {
    if (!Array.isArray(entry) || !Array.isArray(entry[3])) return [];
    return /^eval/i.test(String(entry[3][0])) ? [Number(entry[2]) / 1000] : [];
  });
}
