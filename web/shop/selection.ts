import type { ZoneView } from '../../contracts/catalogue.ts';
import type { HoldRequest } from '../../contracts/holds.ts';
import { MAX_HOLD_SEATS } from '../../contracts/limits.ts';
import { stateOf, type LiveStates, type Seat, type SeatPlan } from './seat-states.ts';

/** What a visitor has picked: seats by id, and places by general zone. Never changed in place. */
export type Selection = { seats: readonly string[]; places: Readonly<Record<string, number>> };

export const NOTHING_SELECTED: Selection = { seats: [], places: {} };

/** How many places the selection takes. */
export const countOf = (selection: Selection): number =>
  selection.seats.length + Object.values(selection.places).reduce((sum, quantity) => sum + quantity, 0);

/** Picks a seat, or puts it back; at the limit nothing more is picked. */
export function toggleSeat(selection: Selection, seatId: string, limit: number): Selection {
  if (selection.seats.includes(seatId)) return { ...selection, seats: selection.seats.filter((id) => id !== seatId) };
  if (countOf(selection) >= limit) return selection;
  return { ...selection, seats: [...selection.seats, seatId] };
}

/** Sets how many places of a general zone are wanted, within what is free and the limit. */
export function setPlaces(
  selection: Selection,
  zoneId: string,
  quantity: number,
  free: number,
  limit: number,
): Selection {
  const { [zoneId]: before = 0, ...others } = selection.places;
  const room = limit - (countOf(selection) - before);
  const wanted = Math.max(0, Math.min(Math.trunc(quantity), free, room));
  return { ...selection, places: wanted === 0 ? others : { ...others, [zoneId]: wanted } };
}

/** Drops the seats that others have taken meanwhile, and says which. The same object when there are none. */
export function dropTaken(
  selection: Selection,
  plan: SeatPlan,
  live: LiveStates,
): { selection: Selection; taken: Seat[] } {
  const taken = selection.seats.flatMap((id) => {
    const seat = plan.byId.get(id);
    return seat !== undefined && stateOf(live, seat) !== 0 ? [seat] : [];
  });
  if (taken.length === 0) return { selection, taken };
  const gone = new Set(taken.map((seat) => seat.id));
  return { selection: { ...selection, seats: selection.seats.filter((id) => !gone.has(id)) }, taken };
}

/** One line of the selection with its price. */
export type SelectionLine = { zone: ZoneView; quantity: number; seats: Seat[]; amountMinor: number };

/** The selection by zone, in the zones' order. */
export function linesOf(selection: Selection, plan: SeatPlan, zones: readonly ZoneView[]): SelectionLine[] {
  return zones.flatMap((zone) => {
    const seats = selection.seats.flatMap((id) => plan.byId.get(id) ?? []).filter((seat) => seat.zoneId === zone.id);
    const quantity = zone.kind === 'general' ? (selection.places[zone.id] ?? 0) : seats.length;
    return quantity === 0 ? [] : [{ zone, quantity, seats, amountMinor: quantity * zone.priceMinor }];
  });
}

/** What `POST holds` takes for these lines. */
export const holdItems = (lines: readonly SelectionLine[]): HoldRequest['items'] =>
  lines.map(({ zone, quantity, seats }) =>
    zone.kind === 'general' ? { zoneId: zone.id, quantity } : { zoneId: zone.id, seats: seats.map((seat) => seat.id) },
  );

/** The limit that the page keeps; the hold call has the last word. */
export const limitOf = (holdLimit: number | undefined): number => Math.min(holdLimit ?? MAX_HOLD_SEATS, MAX_HOLD_SEATS);
