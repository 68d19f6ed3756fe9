import type { Redis } from 'ioredis';
import { roomKeys } from '../../redis/keys.ts';

const COUNT = `local unclaimed = 0
for _, window_end in ipairs(redis.call('ZRANGE', KEYS[2], 0, -1)) do
  unclaimed = unclaimed + redis.call('SCARD', KEYS[2] .. ':' .. window_end)
end
return { redis.call('ZCARD', KEYS[1]), unclaimed, tonumber(redis.call('HGET', KEYS[3], 'unclaimed') or 0) }`;

/** How many of a room's slots are taken: by sessions, and by keys that nobody has claimed. Throws where the state counts other keys than there are. */
export async function countInside(redis: Redis, room: string): Promise<number> {
  const { live, unclaimed, state } = roomKeys(room);
  const counts: unknown = await redis.eval(COUNT, 3, live, unclaimed, state);
  const [sessions, keys, counted] = Array.isArray(counts) ? counts.map(Number) : [];
  if (sessions === undefined || keys === undefined) throw new TypeError('a count is a list');
  if (counted !== keys) throw new Error(`${keys} keys are unclaimed, ${counted} counted`);
  return sessions + keys;
}
