import type { Place } from './place.ts';

/** Somebody who waits in lane `general` of room `demo`, and whose position is not known; what a test is about goes over it. */
export const placeOf = (over: Partial<Place> = {}): Place => ({
  ticketId: 'AAAAAAAAAAAAAAAAAAAAAA',
  room: 'demo',
  lane: 'general',
  state: 'waiting',
  position: null,
  ahead: null,
  estimatedWaitMs: null,
  pollAfterMs: 2000,
  boardUrl: '/api/rooms/demo/board',
  epoch: 1,
  now: '2027-01-15T08:00:00.000Z',
  ...over,
});
