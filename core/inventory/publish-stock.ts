import { countRoomStock, type RoomStockCount } from '../../db/queries/room-stock.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import { writeRoomStock } from '../../redis/health/room-stock.ts';
import { countHeld } from '../../redis/inventory/count-held.ts';
import type { CoreDeps } from '../deps.ts';

/**
 * Says what the rooms in autopilot still have, for the admission worker. Every process says the same, so one that stops is not missed; the
 * last word ages. Returns how many rooms were spoken of.
 */
export async function publishStock({ sql, scripts }: Pick<CoreDeps, 'sql' | 'scripts'>): Promise<number> {
  const counts = await countRoomStock(sql);
  for (const count of counts) {
    const { room, capacity, unbooked, pending } = count;
    const held = Math.min(unbooked, await heldOf(scripts, count));
    await writeRoomStock(scripts, room, { capacity, free: unbooked - held, held, pending });
  }
  return counts.length;
}

/** What visitors hold of a room; an inventory that is not loaded has no holds. */
async function heldOf(scripts: CoreDeps['scripts'], { room, onSaleIds }: RoomStockCount): Promise<number> {
  let held = 0;
  for (const performanceId of onSaleIds) {
    try {
      held += await countHeld(scripts, { room, performanceId });
    } catch (error) {
      if (!(error instanceof OperatingError && error.code === 'inventory_rebuilding')) throw error;
    }
  }
  return held;
}
