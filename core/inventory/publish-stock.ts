import { countRoomStock } from '../../db/queries/room-stock.ts';
import { writeRoomStock } from '../../redis/health/room-stock.ts';
import type { CoreDeps } from '../deps.ts';

/**
 * Says what the rooms in autopilot still have, for the admission worker. Every process says the same, so one that stops is not missed; the
 * last word ages. Returns how many rooms were spoken of.
 */
export async function publishStock({ sql, scripts }: Pick<CoreDeps, 'sql' | 'scripts'>): Promise<number> {
  const counts = await countRoomStock(sql);
  for (const { room, ...count } of counts) await writeRoomStock(scripts, room, count);
  return counts.length;
}
