import type { AvailabilityView, SeatMap, SeatState } from '../../contracts/catalogue.ts';
import type { PerformanceServerMessage } from '../../contracts/feed-messages.ts';

/** Seat states as a page keeps them: one byte a seat, in seat-map order. Replaced, never changed, so that views compare. */
export type LiveStates = {
  version: string;
  states: Uint8Array;
  /** Free places by zone id. */
  available: ReadonlyMap<string, number>;
};

/** Unpacks two bits a seat, the first seat in the lowest pair of the first byte. Padding at the end is dropped. */
export function unpackStates(base64: string, seatCount: number): Uint8Array {
  const packed = atob(base64);
  const states = new Uint8Array(seatCount);
  for (let index = 0; index < seatCount; index += 1) {
    states[index] = (packed.charCodeAt(index >> 2) >> ((index & 3) * 2)) & 3;
  }
  return states;
}

/** The states of a whole answer: an availability read or a socket's snapshot. */
export const fromSnapshot = (view: AvailabilityView, seatCount: number): LiveStates => ({
  version: view.version,
  states: unpackStates(view.states, seatCount),
  available: new Map(view.zones.map((zone) => [zone.id, zone.available])),
});

/**
 * The states after one socket message; null when a delta does not start from what is known, so that the caller asks for
 * everything again.
 */
export function applyMessage(
  known: LiveStates | null,
  message: PerformanceServerMessage,
  seatCount: number,
): LiveStates | null {
  if (message.type === 'snapshot') return fromSnapshot(message, seatCount);
  if (message.type !== 'delta') return known;
  if (known === null || known.version !== message.from) return null;
  const states = known.states.slice();
  for (const [index, state] of message.seats) if (index < states.length) states[index] = state;
  const available = new Map(known.available);
  for (const zone of message.zones) available.set(zone.id, zone.available);
  return { version: message.version, states, available };
}

/** One seat with everything that is said about it in one place. */
export type Seat = {
  index: number;
  id: string;
  zoneId: string;
  row: string;
  name: string;
  x: number;
  y: number;
  accessible: boolean;
};

/** A seat map made ready for drawing and looking up. */
export type SeatPlan = {
  seats: Seat[];
  byId: ReadonlyMap<string, Seat>;
  rows: ReadonlyMap<string, { name: string; seats: Seat[] }[]>;
};

/** Numbers the seats in seat-map order: the order of `states`. */
export function createSeatPlan(map: SeatMap): SeatPlan {
  const seats: Seat[] = [];
  const rows = new Map<string, { name: string; seats: Seat[] }[]>();
  for (const zone of map.zones) {
    const zoneRows = zone.rows.map((row) => ({
      name: row.name,
      seats: row.seats.map((seat) => {
        const numbered = {
          index: seats.length,
          id: seat.id,
          zoneId: zone.id,
          row: row.name,
          name: seat.name,
          x: seat.x,
          y: seat.y,
          accessible: seat.accessible === true,
        };
        seats.push(numbered);
        return numbered;
      }),
    }));
    rows.set(zone.id, zoneRows);
  }
  return { seats, byId: new Map(seats.map((seat) => [seat.id, seat])), rows };
}

/** The state of a seat; a seat that nothing is known of counts as taken. */
export const stateOf = (live: LiveStates | null, seat: Seat): SeatState => {
  const state = live?.states[seat.index];
  return state === 0 || state === 1 || state === 2 ? state : 3;
};

/** What a state is called. */
export const STATE_NAMES = ['free', 'held by someone', 'sold', 'not for sale'] as const;
