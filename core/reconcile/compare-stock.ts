import type { BookingUnderWay, ZoneLegSold } from '../../db/queries/stock-truth.ts';
import type { InspectedZones } from '../../redis/inventory/inspect.ts';
import type { InventoryRepair } from '../../redis/inventory/repair-inventory.ts';
import type { DifferenceKind } from './difference.ts';

/** A difference with what puts it right. */
export type StockDifference = {
  kind: DifferenceKind;
  subject: string;
  details: Record<string, string | number>;
  repair: InventoryRepair;
};

/** Compares what Redis says of bookings that have places (`<version> <state>`, '' = nothing) with what it should say. Pure. */
export function compareEntries(
  wanted: ReadonlyMap<string, string>,
  known: ReadonlyMap<string, string>,
  underWay: ReadonlySet<string>,
): StockDifference[] {
  return [...wanted].flatMap(([bookingId, entry]): StockDifference[] => {
    const found = known.get(bookingId) ?? '';
    if (found === entry || underWay.has(bookingId)) return [];
    const details = { found, wanted: entry };
    const repair = { kind: 'booking' as const, bookingId, entry };
    return [{ kind: 'booking_entry_wrong', subject: `booking:${bookingId}`, details, repair }];
  });
}

/** Bookings that Redis knows and that have no places in Postgres. Pure. */
export function compareScanned(
  scanned: readonly string[],
  withPlaces: ReadonlySet<string>,
  underWay: ReadonlySet<string>,
): StockDifference[] {
  return scanned
    .filter((id) => !withPlaces.has(id) && !underWay.has(id))
    .map((bookingId) => ({
      kind: 'booking_entry_unknown',
      subject: `booking:${bookingId}`,
      details: {},
      repair: { kind: 'booking', bookingId, entry: '' },
    }));
}

/**
 * Compares the counters of general zones. Free = capacity − sold − held, where a booking under way counts as Redis has it: as applied,
 * or by its hold. Pure.
 */
export function compareZones(
  redis: InspectedZones,
  sold: readonly ZoneLegSold[],
  underWay: readonly BookingUnderWay[],
): StockDifference[] {
  const found = new Map(redis.free.map(({ zoneId, leg, free }) => [`${zoneId}:${leg}`, free]));
  return sold.flatMap((zone): StockDifference[] => {
    const inZone = (zoneId: string, from: number, to: number) =>
      zoneId === zone.zoneId && from <= zone.leg && zone.leg < to;
    let free = zone.capacity - zone.sold;
    for (const booking of underWay) {
      // Counted as sold by Postgres, as applied by Redis, by both or by neither.
      const sign = (booking.hasPlaces ? 1 : 0) - (redis.applied.has(booking.id) ? 1 : 0);
      for (const { zoneId, quantity } of booking.zones)
        if (inZone(zoneId, booking.fromLeg, booking.toLeg)) free += sign * quantity;
    }
    for (const { zoneId, legs, quantity } of redis.held) if (inZone(zoneId, ...legs)) free -= quantity;
    const was = found.get(`${zone.zoneId}:${zone.leg}`);
    if (was === free) return [];
    const details = { leg: zone.leg, found: was ?? 'none', wanted: free };
    const repair = { kind: 'zone' as const, zoneId: zone.zoneId, leg: zone.leg, free };
    return [{ kind: 'zone_counter_wrong', subject: `zone:${zone.zoneId}`, details, repair }];
  });
}
