import { CORE_HEALTH_STALE_MS } from '../contracts/core-health.ts';
import type { connectRedis } from '../redis/client.node.ts';
import { parseCoreHealth } from '../redis/health/core-health.ts';
import { CORE_HEALTH_KEY } from '../redis/keys.ts';

/**
 * Whether any core process has said how it is within the last seconds, by the clock of Redis: who is let in must find somebody who
 * sells. Its own call, outside the rooms' hash tags. Throws what the client throws when Redis is away.
 */
export async function isCoreThere(redis: ReturnType<typeof connectRedis>): Promise<boolean> {
  const [fields, time] = await Promise.all([redis.hgetall(CORE_HEALTH_KEY), redis.time()]);
  const nowMs = Number(time[0]) * 1000 + Number(time[1]) / 1000;
  return Object.values(parseCoreHealth(fields)).some(({ at }) => nowMs - at < CORE_HEALTH_STALE_MS);
}
