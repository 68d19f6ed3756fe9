import type { BlockItem } from '../../db/queries/blocks.ts';
import type { WaitlistEntry } from '../../db/queries/waitlist-entries.ts';
import { groupOf } from '../../redis/inventory/seat-rows.ts';
import type { LegRange, Performance } from '../catalogue/performance.ts';

/** Places that became free on these legs. */
export type Freed = { legs: LegRange; items: readonly BlockItem[] };

/** What one who waits gets. */
export type Share = { entryId: string; legs: LegRange; items: BlockItem[] };

type Layout = Pick<Performance, 'zones' | 'seats'>;

/**
 * What is left of freed places while they are shared out. The rule: the line is gone through once, first come first served; whoever fits
 * into what is left has it, all together or not at all. Who does not fit is passed by and keeps the place in the line, so nobody ever
 * gets what one ahead could have had. Seats of a party are side by side in one row, and taken where they leave the fewest gaps.
 */
export type Pool = {
  /** Takes what the entry wants; null when it is not there. */
  take(entry: WaitlistEntry): Share | null;
  /** How large a party may still fit, whatever its zone and legs. */
  mostPlaces(): number;
};

/** A pool of freed places. Pure but for what `take` removes. */
export function createPool(performance: Layout, { legs, items }: Freed): Pool {
  const range = Array.from({ length: legs[1] - legs[0] }, (_, i) => legs[0] + i);
  const seats = new Map<number, Set<number>>();
  const places = new Map<string, Map<number, number>>();
  for (const { zoneId, seatId, quantity } of items) {
    const seat = seatId === null ? undefined : performance.seats.find(seatId);
    if (seat !== undefined) seats.set(seat.index, new Set(range));
    if (seatId !== null) continue;
    const known = places.get(zoneId) ?? new Map<number, number>();
    for (const leg of range) known.set(leg, (known.get(leg) ?? 0) + quantity);
    places.set(zoneId, known);
  }

  const takeSeats = (entry: WaitlistEntry, zoneId: string): BlockItem[] | null => {
    const wanted = legsOf(entry);
    const { start, end } = performance.seats.rangeOf(zoneId);
    const free = [...seats.keys()]
      .filter((seat) => seat >= start && seat < end && wanted.every((leg) => seats.get(seat)?.has(leg) === true))
      .toSorted((a, b) => a - b);
    const run = toRuns(free, groupOf(performance.seats.rows, zoneId, entry.accessible))
      .filter((one) => one.length >= entry.partySize)
      .toSorted((a, b) => a.length - b.length)[0];
    if (run === undefined) return null;
    return run.slice(0, entry.partySize).map((seat) => {
      for (const leg of wanted) seats.get(seat)?.delete(leg);
      if (seats.get(seat)?.size === 0) seats.delete(seat);
      return { zoneId, seatId: performance.seats.at(seat) ?? '', quantity: 1 };
    });
  };

  const takePlaces = (entry: WaitlistEntry, zoneId: string): BlockItem[] | null => {
    const known = places.get(zoneId);
    const wanted = legsOf(entry);
    if (known === undefined || wanted.some((leg) => (known.get(leg) ?? 0) < entry.partySize)) return null;
    for (const leg of wanted) known.set(leg, (known.get(leg) ?? 0) - entry.partySize);
    return [{ zoneId, seatId: null, quantity: entry.partySize }];
  };

  return {
    take(entry) {
      for (const zone of performance.zones) {
        if (!wantsZone(entry, zone)) continue;
        const found = zone.kind === 'general' ? takePlaces(entry, zone.id) : takeSeats(entry, zone.id);
        if (found !== null) return { entryId: entry.id, legs: [entry.fromLeg, entry.toLeg], items: found };
      }
      return null;
    },
    mostPlaces: () => Math.max(seats.size, 0, ...[...places.values()].flatMap((byLeg) => [...byLeg.values()])),
  };
}

/** Whether an entry waits for this zone. */
export const wantsZone = (
  entry: Pick<WaitlistEntry, 'zoneId' | 'class'>,
  zone: Pick<Performance['zones'][number], 'id' | 'class'>,
): boolean => (entry.zoneId === null ? entry.class !== null && zone.class === entry.class : zone.id === entry.zoneId);

const legsOf = ({ fromLeg, toLeg }: WaitlistEntry): number[] =>
  Array.from({ length: toLeg - fromLeg }, (_, i) => fromLeg + i);

/** Free seats side by side, of those that lie in a group. */
function toRuns(seats: readonly number[], group: (seat: number) => number | undefined): number[][] {
  const runs: number[][] = [];
  for (const seat of seats) {
    const own = group(seat);
    if (own === undefined) continue;
    const last = runs.at(-1)?.at(-1);
    if (last === seat - 1 && group(last) === own) runs.at(-1)?.push(seat);
    else runs.push([seat]);
  }
  return runs;
}
