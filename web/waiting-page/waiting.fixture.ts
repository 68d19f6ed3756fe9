import type { Board } from '../../contracts/board.ts';
import type { Place } from '../../contracts/place.ts';

/** A lane called up to 100 of about a thousand. */
export const lane = {
  calledTo: '100',
  nearTo: '300',
  admittedTo: '50',
  lateTo: 0,
  waiting: 900,
  marks: [
    [100, 0],
    [1000, 900],
  ] as [number, number][],
  pace: { perMinute: 60, showUpRate: 0.5, expected: 0 },
};

/** An open room with that lane. */
export const board: Board = {
  room: 'demo',
  epoch: 1,
  tick: 5,
  at: 1_800_000_000_000,
  phase: 'open',
  lanes: { general: lane },
  active: 0,
  capacity: 10,
  admittedPerMinute: 60,
  waitTimeKnown: true,
  pollNearMs: 2000,
  pollFarMs: 20_000,
};

/** Somebody far from its head. */
export const place: Place = {
  ticketId: 'AAAAAAAAAAAAAAAAAAAAAA',
  room: 'demo',
  lane: 'general',
  score: '600',
  state: 'waiting',
  position: null,
  ahead: null,
  estimatedWaitMs: null,
  pollAfterMs: 20_000,
  boardUrl: '/api/rooms/demo/board',
  epoch: 1,
  now: '2027-01-15T08:00:00.000Z',
};
