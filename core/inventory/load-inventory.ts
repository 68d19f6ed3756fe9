import { readBlocks } from '../../db/queries/blocks.ts';
import { readCapacities } from '../../db/queries/zone-capacities.ts';
import { type ClaimedBooking, eachClaimedBookings } from '../../db/queries/read-claims.ts';
import { newId } from '../../platform/id.ts';
import type { BookingClaims } from '../../redis/inventory/apply-claims.ts';
import { loadCapacities } from '../../redis/inventory/apply-capacities.ts';
import { beginLoad, finishLoad, LOAD_CHUNK, loadBlock, loadClaims } from '../../redis/inventory/load-inventory.ts';
import type { InventoryRef } from '../../redis/inventory/inventory-ref.ts';
import { performanceRoomKey } from '../../redis/keys.ts';
import type { Performance } from '../catalogue/performance.ts';
import { toInventoryBlock } from '../blocks/inventory-block.ts';
import type { CoreStores } from '../stores.ts';
import { noteWaitedZones } from '../waitlist/note-waited-zones.ts';
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
  deps: Pick<CoreStores, 'scripts' | 'redis' | 'sql' | 'log' | 'clock'>,
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

  if (!(await loadCapacities(deps.scripts, load, await readCapacities(deps.sql, performance.id)))) return 'busy';
  await noteWaitedZones(deps, performance);
  const blocks = await readBlocks(deps.sql, performance.id);
  for (const block of blocks) {
    if (!(await loadBlock(deps.scripts, load, toInventoryBlock(performance, block)))) return 'busy';
  }
  const bookings = await loadBookings(deps, load, performance);
  if (bookings === null) return 'busy';
  if (!(await finishLoad(deps.scripts, load))) return 'busy';
  deps.log.info(
    { performance: performance.id, room: performance.room, bookings, blocks: blocks.length },
    'inventory loaded',
  );
  return 'loaded';
}

/** How often a load says how far it is, ms. */
const PROGRESS_MS = 2000;

/** Writes all bookings; returns how many, or null when another loader took over. */
async function loadBookings(
  deps: Pick<CoreStores, 'scripts' | 'sql' | 'log' | 'clock'>,
  load: InventoryRef & { token: string },
  performance: Performance,
): Promise<number | null> {
  let [bookings, toldAtMs] = [0, deps.clock.nowMs()];
  const isWhole = await eachClaimedBookings(
    deps.sql,
    { performanceId: performance.id, size: LOAD_CHUNK },
    async (rows) => {
      const chunk = rows.map((row) => toClaims(performance, row));
      if (!(await loadClaims(deps.scripts, load, chunk))) return false;
      bookings += chunk.length;
      if (deps.clock.nowMs() - toldAtMs < PROGRESS_MS) return true;
      toldAtMs = deps.clock.nowMs();
      deps.log.info({ performance: performance.id, room: performance.room, bookings }, 'inventory is being loaded');
      return true;
    },
  );
  return isWhole ? bookings : null;
}

const toClaims = (performance: Performance, row: ClaimedBooking): BookingClaims => ({
  bookingId: row.id,
  version: row.version,
  state: row.status === 'confirmed' ? 'sold' : 'pending',
  holdId: row.holdId,
  places: toPlaces(performance, row.items, [row.fromLeg, row.toLeg]),
});
