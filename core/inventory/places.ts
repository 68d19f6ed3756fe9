import type { Places } from '../../redis/inventory/inventory-ref.ts';
import type { InventoryLayout } from '../../redis/inventory/layout.ts';
import type { LegRange, Performance } from '../catalogue/performance.ts';

/** One line of a receipt or a booking: a seat, or places of a general zone. */
export type PlaceItem = {
  zoneId: string;
  seatId?: string | null | undefined;
  quantity: number;
  /** The allocation it is from; one booking or hold has places of one at most. */
  blockId?: string | null | undefined;
};

/** Turns lines into places as the inventory scripts take them. Throws for a seat that the performance does not have. */
export function toPlaces(
  performance: Pick<Performance, 'id' | 'seats'>,
  items: readonly PlaceItem[],
  legs: LegRange,
): Places {
  const places: Places = { legs, seats: [], zones: [] };
  for (const { zoneId, seatId, quantity, blockId } of items) {
    const own = blockId ?? undefined;
    if (own !== undefined) places.blockId = own;
    if (seatId === undefined || seatId === null) {
      const same = places.zones.find((zone) => zone.zoneId === zoneId && zone.blockId === own);
      if (same === undefined) places.zones.push({ zoneId, quantity, blockId: own });
      else same.quantity += quantity;
      continue;
    }
    const seat = performance.seats.find(seatId);
    if (seat === undefined) throw new Error(`performance ${performance.id} has no seat ${seatId}`);
    places.seats.push(seat.index);
  }
  return places;
}

/** What a reader of the inventory must know of the performance. */
export const toLayout = (performance: Performance): InventoryLayout => ({
  zones: performance.zones.map(({ id, kind, capacity }) =>
    kind === 'general' ? { kind, id, capacity } : { kind, id, ...performance.seats.rangeOf(id) },
  ),
  stops: performance.stops.map((stop) => stop.code),
});
