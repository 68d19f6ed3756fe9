import type { SeatMap } from '../../contracts/catalogue.ts';
import { type SeatRows, toSeatRows } from '../../redis/inventory/seat-rows.ts';

/** A seat map turned round: from a seat's id to its place in reading order, and back. Built once a map. */
export type SeatIndex = {
  seatCount: number;
  /** The seat's index and the zone it lies in. */
  find(seatId: string): { index: number; zoneId: string } | undefined;
  /** What the seat and its row are called. */
  nameOf(seatId: string): { row: string; seat: string } | undefined;
  /** The seat's id. */
  at(index: number): string | undefined;
  /** Seats [start, end) of a zone; empty for a zone without seats. */
  rangeOf(zoneId: string): { start: number; end: number };
  /** Rows of a zone; 0 for a zone without seats. */
  rowCount(zoneId: string): number;
  /** Where the seats of all zones lie, for best available. */
  rows: SeatRows;
};

/** Numbers the seats: zones, rows, seats, in the order of the map. Throws when two seats share an id. */
export function createSeatIndex(map: SeatMap): SeatIndex {
  const ids: string[] = [];
  const found = new Map<string, { index: number; zoneId: string; row: string; name: string }>();
  const rowCounts = new Map(map.zones.map((zone) => [zone.id, zone.rows.length]));
  const rows: SeatRows = {};
  const ranges = new Map<string, { start: number; end: number }>();
  for (const zone of map.zones) {
    const start = ids.length;
    for (const row of zone.rows) {
      for (const { id, name } of row.seats) {
        if (found.has(id)) throw new Error(`the seat map has two seats called ${id}`);
        found.set(id, { index: ids.length, zoneId: zone.id, row: row.name, name });
        ids.push(id);
      }
    }
    ranges.set(zone.id, { start, end: ids.length });
    Object.assign(rows, toSeatRows(zone, start));
  }
  return {
    seatCount: ids.length,
    find: (seatId) => found.get(seatId),
    nameOf(seatId) {
      const seat = found.get(seatId);
      return seat === undefined ? undefined : { row: seat.row, seat: seat.name };
    },
    at: (index) => ids[index],
    rangeOf: (zoneId) => ranges.get(zoneId) ?? { start: 0, end: 0 },
    rowCount: (zoneId) => rowCounts.get(zoneId) ?? 0,
    rows,
  };
}
