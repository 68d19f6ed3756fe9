import fc from 'fast-check';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { MAX_BOARD_BYTES } from '../contracts/limits.ts';
import { aheadOf, boardSchema } from '../contracts/board.ts';
import * as v from 'valibot';
import { startTestRedis, type TestRedis } from '../local-stack/test-stack.ts';
import { connectRedis, createNodeScriptClient } from '../redis/client.node.ts';
import { laneKeys, roomKeys } from '../redis/keys.ts';
import { restoreRoom } from '../redis/room/restore-room.ts';
import { tickRoom } from '../redis/room/tick-room.ts';
import { scriptsWithTestClock, setTestClock } from '../redis/test-clock.ts';

const ROOM = 'demo';
const START = 1_800_000_000_000;
const lane = { name: 'general', base: 1, calledTo: '0', nearTo: '0', admittedTo: '0', lateTo: 0, show: 0.6 };
let testRedis: TestRedis;
let redis: Redis;

beforeAll(async () => {
  testRedis = await startTestRedis();
  redis = connectRedis(testRedis.url, { commandTimeoutMs: 5000 });
  await redis.connect();
});
afterAll(async () => {
  redis.disconnect();
  await testRedis.stop();
});

/** Lehmer's generator: enough to spread leavers, and a counterexample stays one line. */
function seededRandom(seed: number): () => number {
  let state = seed % 2_147_483_647 || 1;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

/** The board of a room in which these scores wait. */
async function boardWith(scores: number[]) {
  await testRedis.flush();
  await setTestClock(redis, START);
  const scripts = createNodeScriptClient(redis, scriptsWithTestClock());
  const counter = Math.floor(scores.at(-1) ?? 1);
  const facts = {
    tick: 0,
    opened: true,
    live: [],
    spent: [],
    admitted: [],
    lanes: [{ ...lane, counter, leasedTo: 1e9 }],
  };
  await restoreRoom(scripts, ROOM, 1, { ...facts, config: { paused: '1', lanes: '[{"name":"general","weight":1}]' } });
  for (let from = 0; from < scores.length; from += 2000) {
    const pairs = scores.slice(from, from + 2000).flatMap((score, i) => [score, `v${from + i}`]);
    await redis.zadd(laneKeys(ROOM, 'general').waiting, ...pairs);
  }
  await setTestClock(redis, START + 1000);
  const outcome = await tickRoom(scripts, { id: ROOM, epoch: 1, tick: 0 }, ['general']);
  if (outcome.status !== 'ticked') throw new Error(outcome.status);
  await redis.del(roomKeys(ROOM).state);
  return { text: outcome.result.board, board: v.parse(boardSchema, JSON.parse(outcome.result.board)) };
}

it('everyone’s own position is within 2 % or 3 places, with a tenth of the line gone, and the board stays small', async () => {
  // Numbers are consecutive but for those who left: here one in ten, anywhere. Marks can't follow a hole of hundreds.
  const line = fc.record({ joined: fc.integer({ min: 0, max: 6000 }), seed: fc.integer({ min: 1, max: 2 ** 31 }) });
  await fc.assert(
    fc.asyncProperty(line, async ({ joined, seed }) => {
      const random = seededRandom(seed);
      const scores = Array.from({ length: joined }, (_, i) => i + 2).filter(() => random() > 0.1);
      const { text, board } = await boardWith(scores);
      expect(text.length).toBeLessThanOrEqual(MAX_BOARD_BYTES);
      const shown = board.lanes['general'];
      if (shown === undefined) throw new Error('the lane is not on the board');
      for (const [ahead, own] of scores.entries()) {
        expect(Math.abs(aheadOf(shown, own) - ahead)).toBeLessThanOrEqual(Math.max(3, 0.02 * ahead));
      }
    }),
    { numRuns: 12, endOnFailure: true },
  );
}, 60_000);
