import { CORE_HEALTH_STALE_MS, type CoreHealth } from '../contracts/core-health.ts';
import { ROOM_STOCK_STALE_MS, type RoomStock } from '../contracts/room-stock.ts';
import type { connectRedis } from '../redis/client.node.ts';
import { parseCoreHealth } from '../redis/health/core-health.ts';
import { parseRoomStock } from '../redis/health/room-stock.ts';
import { CORE_HEALTH_KEY, CORE_STOCK_KEY } from '../redis/keys.ts';

/** What core says of itself and of the rooms' stock; whoever has been silent for seconds is left out. */
export type CoreSight = {
  /** Redis time of the look, ms. */
  nowMs: number;
  /** One a process; none: nobody is there to sell. */
  healths: readonly CoreHealth[];
  stock: ReadonlyMap<string, RoomStock>;
};

/** Looks at core, judged by the clock of Redis. Its own calls, outside the rooms' hash tags. Throws what the client throws. */
export async function lookAtCore(redis: ReturnType<typeof connectRedis>): Promise<CoreSight> {
  const [healths, stocks, time] = await Promise.all([
    redis.hgetall(CORE_HEALTH_KEY),
    redis.hgetall(CORE_STOCK_KEY),
    redis.time(),
  ]);
  const nowMs = Number(time[0]) * 1000 + Math.floor(Number(time[1]) / 1000);
  return {
    nowMs,
    healths: Object.values(parseCoreHealth(healths)).filter(({ at }) => nowMs - at < CORE_HEALTH_STALE_MS),
    stock: new Map([...parseRoomStock(stocks)].filter(([, { at }]) => nowMs - at < ROOM_STOCK_STALE_MS)),
  };
}
