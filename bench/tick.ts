import { Redis } from 'ioredis';
import { startTestRedis } from '../local-stack/test-stack.ts';
import { createNodeScriptClient } from '../redis/client.node.ts';
import { laneKeys, roomKeys } from '../redis/keys.ts';
import { restoreRoom } from '../redis/room/restore-room.ts';
import { commitTick, tickRoom } from '../redis/room/tick-room.ts';
import { scriptsWithTestClock, setTestClock } from '../redis/test-clock.ts';
import type { BenchOptions } from './options.ts';
import { milliseconds, perSecond, type Report } from './measure/report.ts';
import { toTimings } from './measure/time.ts';

const ROOM = 'bench';
const START = 1_800_000_000_000;
const ADMITTED = 1000;
const CONFIG = {
  newUsersPerMinute: '60000',
  totalActiveUsers: '10000000',
  sessionDurationSeconds: '600',
  claimWindowSeconds: '120',
  lanes: '[{"name":"general","weight":1}]',
};

/** A tick that admits 1,000 while many wait in Redis: its duration as a caller sees it, and the memory of who waits. */
export async function benchTick({ smoke }: BenchOptions): Promise<Report> {
  const waiting = smoke ? 20_000 : 1_000_000;
  const ticks = smoke ? 5 : 60;
  const testRedis = await startTestRedis();
  const redis = new Redis(testRedis.url);
  const scripts = createNodeScriptClient(redis, scriptsWithTestClock());
  await setTestClock(redis, START);
  await restoreRoom(scripts, ROOM, 1, {
    tick: 0,
    opened: true,
    live: [],
    spent: [],
    admitted: [],
    config: CONFIG,
    lanes: [
      {
        name: 'general',
        counter: 1,
        leasedTo: 1e9,
        base: 1,
        calledTo: '0',
        nearTo: '0',
        admittedTo: '0',
        lateTo: 0,
        show: 0.6,
      },
    ],
  });
  const before = await usedMemory(redis);
  await fill(redis, waiting);
  const bytes = ((await usedMemory(redis)) - before) / waiting;

  const times: number[] = [];
  let tick = 0;
  let admitted = 0;
  for (let i = 1; i <= ticks; i++) {
    await readyUp(redis, i);
    await setTestClock(redis, START + 1000 * i);
    const began = performance.now();
    const outcome = await tickRoom(scripts, { id: ROOM, epoch: 1, tick }, ['general']);
    times.push(performance.now() - began);
    if (outcome.status !== 'ticked') throw new Error(`the tick answered ${outcome.status}`);
    tick = outcome.result.tick;
    admitted += outcome.result.admitted.length;
    await commitTick(scripts, ROOM, 1, ['general'], outcome.result);
  }
  redis.disconnect();
  await testRedis.stop();
  const timings = toTimings(times);
  return {
    title: `A tick that admits up to ${ADMITTED.toLocaleString('en')} with ${waiting.toLocaleString('en')} waiting in Redis`,
    rows: [
      ['p50', milliseconds(timings.p50Ms)],
      ['p99', milliseconds(timings.p99Ms)],
      ['admitted a tick, mean', (admitted / ticks).toFixed(0)],
      ['admissions a second of tick time', perSecond(admitted / (times.reduce((sum, ms) => sum + ms, 0) / 1000))],
      ['Redis memory a waiting visitor', `${bytes.toFixed(0)} B`],
    ],
  };
}

async function fill(redis: Redis, count: number): Promise<void> {
  const key = laneKeys(ROOM, 'general').waiting;
  const batch = 5000;
  for (let from = 0; from < count; from += batch) {
    const members = Array.from({ length: Math.min(batch, count - from) }, (_, i) => [
      1e6 + from + i,
      ticketId(from + i),
    ]).flat();
    await redis.zadd(key, ...members);
  }
  await redis.hset(roomKeys(ROOM).state, 'counter:general', 1e6 + count);
}

/** Puts as many ready visitors before the line as one tick may admit. */
async function readyUp(redis: Redis, round: number): Promise<void> {
  const key = laneKeys(ROOM, 'general').ready;
  const base = round * ADMITTED;
  await redis.zadd(key, ...Array.from({ length: ADMITTED }, (_, i) => [base + i, ticketId(5e8 + base + i)]).flat());
}

const ticketId = (n: number): string => Buffer.from(n.toString(16).padStart(32, '0'), 'hex').toString('base64url');

async function usedMemory(redis: Redis): Promise<number> {
  return Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1] ?? 0);
}
