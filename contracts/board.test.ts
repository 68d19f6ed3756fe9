import { describe, expect, it } from 'vitest';
import { aheadOf, type Board, type BoardLane, estimateWaitMs, pollAfterMs } from './board.ts';

const lane: BoardLane = {
  calledTo: '100',
  nearTo: '400',
  admittedTo: '90',
  lateTo: 0,
  waiting: 1000,
  marks: [
    [100, 5],
    [101, 5],
    [200, 104],
    [1100, 1004],
  ],
};
const board: Board = {
  room: 'demo',
  epoch: 1,
  tick: 7,
  at: 1_800_000_000_000,
  phase: 'open',
  lanes: { general: lane },
  active: 3,
  capacity: 50,
  admittedPerMinute: 60,
  waitTimeKnown: true,
  pollNearMs: 2000,
  pollFarMs: 20_000,
};

describe('people ahead', () => {
  it('are exact at a mark and straight between two', () => {
    expect(aheadOf(lane, 101)).toBe(5);
    expect(aheadOf(lane, 200)).toBe(104);
    expect(aheadOf(lane, 650)).toBe(554);
  });
  it('grow by one per number beyond the last mark: who joined since the tick', () => {
    expect(aheadOf(lane, 1103)).toBe(1007);
  });
  it('are those who are ready, when nobody waits and numbers were skipped', () => {
    const empty = {
      ...lane,
      waiting: 0,
      marks: [
        [100, 5],
        [1_000_001, 5],
      ] satisfies [number, number][],
    };
    expect(aheadOf(empty, 1_000_001)).toBe(5);
    expect(aheadOf(empty, 1_000_003)).toBe(7);
  });
  it('are none for who is called already', () => {
    expect(aheadOf(lane, 40)).toBeLessThanOrEqual(5);
  });
});

describe('the estimate', () => {
  it('is people ahead at the measured rate', () => {
    expect(estimateWaitMs(board, 120)).toBe(120_000);
  });
  it('is unknown rather than invented', () => {
    expect(estimateWaitMs({ ...board, waitTimeKnown: false }, 120)).toBeNull();
    expect(estimateWaitMs({ ...board, phase: 'paused' }, 120)).toBeNull();
    expect(estimateWaitMs({ ...board, held: 'postgres' }, 120)).toBeNull();
    expect(estimateWaitMs({ ...board, admittedPerMinute: 0 }, 120)).toBeNull();
  });
});

describe('the next look', () => {
  it('comes soon near the head and seldom far from it', () => {
    expect(pollAfterMs(board, 'general', 400, board.at)).toBe(2000);
    expect(pollAfterMs(board, 'general', 401, board.at)).toBe(20_000);
  });
  it('comes with the opening for who stands in a lobby', () => {
    const lobby: Board = { ...board, phase: 'lobby', opensAt: board.at + 5000 };
    expect(pollAfterMs(lobby, 'general', null, board.at)).toBe(5000);
    expect(pollAfterMs({ ...lobby, opensAt: board.at + 90_000 }, 'general', null, board.at)).toBe(20_000);
  });
});
