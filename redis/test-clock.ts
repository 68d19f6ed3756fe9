import type { Redis } from 'ioredis';
import { buildScripts } from './build-scripts.ts';
import { SCRIPTS, type ScriptSet } from './scripts.generated.ts';

/**
 * The test build of the scripts: `now.lua` reads a key instead of Redis `TIME`, so that tests move time by hand (DESIGN §7).
 * Nothing shipped imports this file; a check proves that shipped scripts don't contain the key.
 */
export const TEST_CLOCK_KEY = '{test-clock}:now';

const NOW_FROM_KEY = `local function now_ms()
  return tonumber(redis.call('GET', '${TEST_CLOCK_KEY}'))
end`;

/** All scripts with the test clock. The key must be set before any of them runs. */
export function scriptsWithTestClock(): ScriptSet {
  return { ...SCRIPTS, ...buildScripts({ now: NOW_FROM_KEY }) };
}

/** Moves the test clock of one Redis. */
export const setTestClock = async (redis: Redis, ms: number): Promise<void> =>
  void (await redis.set(TEST_CLOCK_KEY, ms));
