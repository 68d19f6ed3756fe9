import type { ZoneView } from '../../contracts/catalogue.ts';
import { MAX_PARTY_SIZE } from '../../contracts/limits.ts';
import { stateOf, type LiveStates, type Seat, type SeatPlan } from './seat-states.ts';

/** What somebody can wait for: one zone, or any zone of a class. `key` names it in a list. */
export type WishTarget = { key: string; label: string; target: { zoneId: string } | { class: string } };

export type Places = { zones: readonly ZoneView[]; plan: SeatPlan; live: LiveStates | null };

/** What a party would wait for: where so many places can't be had together now, but could be. Classes first. */
export function targetsFor({ zones, plan, live }: Places, party: number, isAccessible: boolean): WishTarget[] {
  const isShort = (zone: ZoneView) => togetherIn(zone, plan, live, isAccessible) < party;
  const fits = zones.filter((zone) => isShort(zone) && mostTogether(zone, plan, isAccessible) >= party);
  const classes = [...new Set(fits.flatMap((zone) => zone.class ?? []))].filter((name) => {
    const all = zones.filter((zone) => zone.class === name);
    return all.length > 1 && all.every(isShort);
  });
  return [
    ...classes.map((name) => ({ key: `class ${name}`, label: `${name}, any quota`, target: { class: name } })),
    ...fits.map(({ id, name }) => ({ key: `zone ${id}`, label: name, target: { zoneId: id } })),
  ];
}

/** Sizes of a party that somebody would have to wait for, smallest first. */
export const partySizes = (places: Places, isAccessible: boolean): number[] =>
  Array.from({ length: MAX_PARTY_SIZE }, (_, i) => i + 1).filter(
    (party) => targetsFor(places, party, isAccessible).length > 0,
  );

/** Whether there are spaces for wheelchairs. */
export const hasAccessible = (plan: SeatPlan): boolean => plan.seats.some((seat) => seat.accessible);

/** How many places of a zone are free now, side by side where they are seats. */
function togetherIn(zone: ZoneView, plan: SeatPlan, live: LiveStates | null, isAccessible: boolean): number {
  const free = live?.available.get(zone.id) ?? zone.available;
  if (!isSeated(zone, plan) || live === null) return isAccessible ? 0 : free;
  return longestRun(zone, plan, (seat) => seat.accessible === isAccessible && stateOf(live, seat) === 0);
}

/** How many could be had together, were none taken. */
const mostTogether = (zone: ZoneView, plan: SeatPlan, isAccessible: boolean): number =>
  isSeated(zone, plan)
    ? longestRun(zone, plan, (seat) => seat.accessible === isAccessible)
    : zone.capacity * (isAccessible ? 0 : 1);

const isSeated = (zone: ZoneView, plan: SeatPlan): boolean => zone.kind === 'reserved' && plan.rows.has(zone.id);

function longestRun(zone: ZoneView, plan: SeatPlan, isCounted: (seat: Seat) => boolean): number {
  let longest = 0;
  for (const { seats } of plan.rows.get(zone.id) ?? []) {
    let run = 0;
    for (const seat of seats) {
      run = isCounted(seat) ? run + 1 : 0;
      longest = Math.max(longest, run);
    }
  }
  return longest;
}
