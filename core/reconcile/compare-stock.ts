import type { BookingUnderWay, SeatClaim, ZoneLegSold } from '../../db/queries/stock-truth.ts';
import type { InspectedCell, InspectedZones } from '../../redis/inventory/inspect.ts';
import type { InventoryRepair } from '../../redis/inventory/repair-inventory.ts';
import type { DifferenceKind } from './difference.ts';

/** A difference with what puts it right. */
export type StockDifference = {
  kind: DifferenceKind;
  subject: string;
  details: Record<string, string | number>;
  repair: InventoryRepair;
};

const STATE_OF = { pending: 1, sold: 2, blocked: 3 } as const;

/** A claim of Postgres by the seat's index. */
export type IndexedClaim = Omit<SeatClaim, 'seatId'> & { seat: number };

/**
 * Compares cells with claims: which block a seat is of, and who has it. Bookings and blocks under way are left alone: the outbox
 * brings them. A live hold on a seat that no booking claims is Redis's own. Pure.
 */
export function compareCells(
  cells: readonly InspectedCell[],
  claims: readonly IndexedClaim[],
  underWay: ReadonlySet<string>,
  nameOf: (seat: number) => string,
): StockDifference[] {
  const key = ({ leg, seat }: { leg: number; seat: number }) => `${leg}:${seat}`;
  const claimed = new Map(claims.map((claim) => [key(claim), claim]));
  const found = new Map(cells.map((cell) => [key(cell), cell]));
  const differences: StockDifference[] = [];
  const note = (at: { leg: number; seat: number }, kind: DifferenceKind, state: 0 | 1 | 2 | 3, holder: string) => {
    const cell = found.get(key(at));
    differences.push({
      kind,
      subject: `seat:${nameOf(at.seat)}`,
      details: { leg: at.leg, foundState: cell?.state ?? 0, foundHolder: cell?.holder ?? '', state, holder },
      repair: { kind: 'cell', leg: at.leg, seat: at.seat, state, holder },
    });
  };
  const noteBlock = (at: { leg: number; seat: number }, wanted: string): void => {
    const cell = found.get(key(at));
    if ((cell?.block ?? '') === wanted || underWay.has(wanted) || underWay.has(cell?.block ?? '')) return;
    differences.push({
      kind: wanted === '' ? 'block_not_in_postgres' : 'block_not_in_redis',
      subject: `seat:${nameOf(at.seat)}`,
      details: { leg: at.leg, found: cell?.block ?? '', wanted },
      repair: { kind: 'block', leg: at.leg, seat: at.seat, blockId: wanted },
    });
  };
  for (const claim of claims) {
    noteBlock(claim, claim.blockId ?? '');
    const [cell, state] = [found.get(key(claim)), STATE_OF[claim.state]];
    if (claim.bookingId === null) {
      // While somebody of the allocation holds it, or until a booking's end has come here, it is not shown as blocked.
      const isBlocked = cell === undefined || cell.holder === '' || (cell.holder.startsWith('h') && !cell.holdLives);
      const isLeft = underWay.has(claim.blockId ?? '') || underWay.has(cell?.holder.slice(1) ?? '');
      const isWrong = isBlocked ? cell?.state !== state || cell.holder !== '' : cell.holder.startsWith('b');
      if (isWrong && !isLeft && cell?.block === claim.blockId) note(claim, 'claim_not_in_redis', state, '');
      continue;
    }
    const holder = `b${claim.bookingId}`;
    if (underWay.has(claim.bookingId)) continue;
    if (cell?.state !== state || cell.holder !== holder) note(claim, 'claim_not_in_redis', state, holder);
  }
  for (const cell of cells) {
    if (claimed.has(key(cell))) continue;
    noteBlock(cell, '');
    if (cell.block !== '') continue;
    const owner = cell.holder.slice(0, 1);
    if (owner === 'b') {
      if (!underWay.has(cell.holder.slice(1))) note(cell, 'claim_not_in_postgres', 0, '');
    } else if (!cell.holdLives) note(cell, 'cell_without_hold', 0, '');
    else if (cell.state !== STATE_OF.pending) note(cell, 'cell_state_wrong', STATE_OF.pending, cell.holder);
  }
  return differences;
}

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
