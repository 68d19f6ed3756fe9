import type { Board, BoardLane } from './board.ts';

/** A lane that nobody is called in yet; what a test is about goes over it. */
export const laneOf = (over: Partial<BoardLane> = {}): BoardLane => ({
  calledTo: '0',
  nearTo: '256',
  admittedTo: '0',
  lateTo: 0,
  waiting: 1,
  marks: [],
  ...over,
});

/** The board of the open room `demo` with one such lane, `general`; what a test is about goes over it. */
export const boardOf = (over: Partial<Board> = {}): Board => ({
  room: 'demo',
  epoch: 1,
  tick: 1,
  at: 0,
  phase: 'open',
  lanes: { general: laneOf() },
  active: 0,
  capacity: 10,
  admittedPerMinute: 60,
  waitTimeKnown: true,
  pollNearMs: 2000,
  pollFarMs: 20_000,
  ...over,
});
