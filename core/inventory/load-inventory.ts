import { readBlocks } from '../../db/queries/blocks.ts';
import { readClaimedBookings } from '../../db/queries/read-claims.ts';
import { newId } from '../../platform/id.ts';
import type { BookingClaims } from '../../redis/inventory/apply-claims.ts';
import { beginLoad, finishLoad, LOAD_CHUNK, loadBlock, loadClaims } from '../../redis/inventory/load-inventory.ts';
import { performanceRoomKey } from '../../redis/keys.ts';
import type { Performance } from '../catalogue/performance.ts';
import { toInventoryBlock } from '../blocks/inventory-block.ts';
import type { CoreStores } from '../stores.ts';
import { toLayout, toPlaces } from './places.ts';

export type LoadOutcome =
  /** The inventory is there, by this load or by an earlier one. */
  | 'loaded'
  /** Another process is loading it, or took over. */
  | 'busy';

/**
 * Puts a performance's inventory into Redis from Postgres, when Redis does not have it for the room's present epoch. Postgres is
 * read after the inventory was closed, so a change is either in what is read here or is applied after the load.
 * Errors: `room_recovering` (the room has no epoch yet), `store_unavailable`.
 */
export async function loadInventory(
  deps: Pick<CoreStores, 'scripts' | 'redis' | 'sql' | 'log'>,
  performance: Performance,
): Promise<LoadOutcome> {
  const load = { room: performance.room, performanceId: performance.id, token: newId() };
  await deps.redis.set(performanceRoomKey(performance.id), performance.room);
  const plan = {
    ...load,
    seats: performance.seats.seatCount,
    legs: performance.legCount,
    layout: toLayout(performance),
    rows: performance.seats.rows,
  };
  const begun = await beginLoad(deps.scripts, plan);
  if (begun.outcome !== 'begun') return begun.outcome;

  const blocks = await readBlocks(deps.sql, performance.id);
  for (const block of blocks) {
    if (!(await loadBlock(deps.scripts, load, toInventoryBlock(performance, block)))) return 'busy';
  }
  let [afterId, bookings] = ['', 0];
  for (;;) {
    const rows = await readClaimedBookings(deps.sql, performance.id, afterId, LOAD_CHUNK);
    const chunk = rows.map((row): BookingClaims => ({
      bookingId: row.id,
      version: row.version,
      state: row.status === 'confirmed' ? 'sold' : 'pending',
      holdId: row.holdId,
      places: toPlaces(performance, row.items, [row.fromLeg, row.toLeg]),
    }));
    if (chunk.length > 0 && !(await loadClaims(deps.scripts, load, chunk))) return 'busy';
    bookings += chunk.length;
    afterId = rows.at(-1)?.id ?? '';
    if (rows.length < LOAD_CHUNK) break;
  }
  if (!(await finishLoad(deps.scripts, load))) return 'busy';
  deps.log.info(
    { performance: performance.id, room: performance.room, bookings, blocks: blocks.length },
    'inventory loaded',
  );
  return 'loaded';
}
