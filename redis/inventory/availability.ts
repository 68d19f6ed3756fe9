import type { SeatState } from '../../contracts/catalogue.ts';
import type { InventoryDelta } from './read-deltas.ts';
import type { InventoryLayout } from './layout.ts';

/** A whole inventory at one version; `legs[n]` has two bits a seat, the seat's first the lowest pair of the first byte. */
export type InventorySnapshot = {
  /** `epoch.n`. */
  version: string;
  seats: number;
  layout: InventoryLayout;
  legs: Uint8Array[];
  /** Free places of each general zone, one number a leg. */
  zones: Map<string, number[]>;
};

/** What is free on a stretch: as `AvailabilityView`, with the states as bytes. */
export type StretchAvailability = { states: Uint8Array; zones: { id: string; available: number }[] };

/** A seat's state within packed states. */
export const readState = (states: Uint8Array, seat: number): SeatState =>
  toSeatState(((states[seat >> 2] ?? 0) >> ((seat & 3) * 2)) & 3);

/** Puts a seat's state into packed states. */
export function writeState(states: Uint8Array, seat: number, state: SeatState): void {
  const shift = (seat & 3) * 2;
  states[seat >> 2] = ((states[seat >> 2] ?? 0) & ~(3 << shift)) | (state << shift);
}

/** A seat's state on a stretch: free only when it is free on every leg, else the highest (blocked, sold, held). */
export function stateOnLegs(
  snapshot: InventorySnapshot,
  seat: number,
  [from, to]: readonly [number, number],
): SeatState {
  let state: SeatState = 0;
  for (let leg = from; leg < to; leg += 1) {
    const onLeg = readState(snapshot.legs[leg] ?? new Uint8Array(), seat);
    if (onLeg > state) state = onLeg;
  }
  return state;
}

/** What is free on legs [from, to): the states of all seats, and each zone's free places. */
export function availabilityOn(snapshot: InventorySnapshot, legs: readonly [number, number]): StretchAvailability {
  const states = statesOn(snapshot, legs);
  const zones = snapshot.layout.zones.map((zone) => {
    const available =
      zone.kind === 'general' ? freeIn(snapshot, zone.id, legs) : countFree(states, zone.start, zone.end);
    return { id: zone.id, available };
  });
  return { states, zones };
}

/** Changes a snapshot in place by the delta that follows it. */
export function applyDelta(snapshot: InventorySnapshot, delta: InventoryDelta): void {
  for (let leg = delta.legs[0]; leg < delta.legs[1]; leg += 1) {
    const states = snapshot.legs[leg];
    if (states !== undefined) for (const seat of delta.seats) writeState(states, seat, delta.state);
    for (const { zoneId, change } of delta.zones) {
      const free = snapshot.zones.get(zoneId);
      if (free !== undefined) free[leg] = (free[leg] ?? 0) + change;
    }
  }
  snapshot.version = delta.version;
}

function statesOn(snapshot: InventorySnapshot, [from, to]: readonly [number, number]): Uint8Array {
  const bytes = Math.ceil(snapshot.seats / 4);
  if (to - from === 1) return (snapshot.legs[from] ?? new Uint8Array()).slice(0, bytes);
  const states = new Uint8Array(bytes);
  for (let seat = 0; seat < snapshot.seats; seat += 1)
    writeState(states, seat, stateOnLegs(snapshot, seat, [from, to]));
  return states;
}

function countFree(states: Uint8Array, start: number, end: number): number {
  let free = 0;
  for (let seat = start; seat < end; seat += 1) if (readState(states, seat) === 0) free += 1;
  return free;
}

function freeIn(snapshot: InventorySnapshot, zoneId: string, [from, to]: readonly [number, number]): number {
  const free = (snapshot.zones.get(zoneId) ?? []).slice(from, to);
  // Postgres may have sold more than Redis had free, right after a loss: that shows as none, not as less than none.
  return Math.max(0, Math.min(...free, Number.MAX_SAFE_INTEGER));
}

function toSeatState(bits: number): SeatState {
  switch (bits) {
    case 1:
    case 2:
    case 3:
      return bits;
    default:
      return 0;
  }
}
