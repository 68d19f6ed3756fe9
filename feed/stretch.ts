import {
  availabilityOn,
  readState,
  type InventorySnapshot,
  type StretchAvailability,
} from '../redis/inventory/availability.ts';
import type { InventoryDelta } from '../redis/inventory/read-deltas.ts';
import type { Outbox } from './outbox.ts';
import { textFrame } from './text-frame.ts';

/** One socket that watches seats. A watcher that missed a frame needs a snapshot before it can follow again. */
export type Watcher = { outbox: Outbox; missed: boolean };

/** Everyone who watches the same stretch of a performance sees the same states, and so the same frames. */
export type Stretch = {
  legs: readonly [number, number];
  watchers: Set<Watcher>;
  /** What the watchers know. */
  shown: StretchAvailability;
  /** The last snapshot that was made of it, for the next watcher who comes before anything changes. */
  snapshot: { version: string; frame: Buffer } | null;
};

/** A stretch without watchers, as the inventory stands. */
export const createStretch = (inventory: InventorySnapshot, legs: readonly [number, number]): Stretch => ({
  legs,
  watchers: new Set(),
  shown: availabilityOn(inventory, legs),
  snapshot: null,
});

/** Shows another state of the inventory from now on. */
export function show(stretch: Stretch, shown: StretchAvailability): void {
  stretch.shown = shown;
  stretch.snapshot = null;
}

/** `snapshot`: the same states and zones as core's availability. Made once for all who come between two changes. */
export function snapshotFrame(stretch: Stretch, version: string): Buffer {
  if (stretch.snapshot?.version !== version) {
    const { states, zones } = stretch.shown;
    const frame = toFrame({ type: 'snapshot', version, states: Buffer.from(states).toString('base64'), zones });
    stretch.snapshot = { version, frame };
  }
  return stretch.snapshot.frame;
}

/** `delta` from one version to the next: the seats and zones of the stretch that look different now. May name none. */
export function deltaFrame(
  from: string,
  version: string,
  before: StretchAvailability,
  after: StretchAvailability,
  deltas: readonly InventoryDelta[],
): Buffer {
  const seats: [number, number][] = [];
  for (const seat of seatsOf(deltas)) {
    const state = readState(after.states, seat);
    if (state !== readState(before.states, seat)) seats.push([seat, state]);
  }
  const zones = after.zones.filter((zone, index) => zone.available !== before.zones[index]?.available);
  return toFrame({ type: 'delta', version, from, seats, zones });
}

/** `delta` for one who comes back with an older version: each seat touched since as it is now, and all zones. */
export function catchUpFrame(
  from: string,
  version: string,
  now: StretchAvailability,
  deltas: readonly InventoryDelta[],
): Buffer {
  const seats = [...seatsOf(deltas)].map((seat) => [seat, readState(now.states, seat)]);
  return toFrame({ type: 'delta', version, from, seats, zones: now.zones });
}

/** Each seat once, however often it changed; in seat-map order. */
const seatsOf = (deltas: readonly InventoryDelta[]): Set<number> =>
  new Set(deltas.flatMap((delta) => delta.seats).sort((a, b) => a - b));

const toFrame = (message: object): Buffer => textFrame(JSON.stringify(message));
