import { describe, expect, it } from 'vitest';
import { boardOf, laneOf } from './board.fixture.ts';
import { aheadOf, type Board, estimateWaitMs, pollAfterMs } from './board.ts';

const lane = laneOf({
  calledTo: '100',
  nearTo: '400',
  waiting: 1000,
  marks: [
    [100, 5],
    [101, 5],
    [200, 104],
    [1100, 1004],
  ],
  pace: { perMinute: 120, showUpRate: 0.6, expected: 10 },
});
const board = boardOf({ at: 1_800_000_000_000, lanes: { general: lane } });

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
  it('is who is ready, who is expected and those of the waiting who will answer, at the measured pace', () => {
    expect(estimateWaitMs(board, 'general', 105)).toBe((5 + 10 + 100 * 0.6) * 500);
  });
  it('counts everyone ahead for who is ready: they all answered', () => {
    expect(estimateWaitMs(board, 'general', 4)).toBe(4 * 500);
  });
  it('is never shorter than being called and answering takes', () => {
    const quick = { ...lane, pace: { perMinute: 6000, showUpRate: 1, expected: 0 } };
    expect(estimateWaitMs({ ...board, lanes: { general: quick } }, 'general', 5)).toBe(3000);
  });
  it('is unknown rather than invented', () => {
    const { pace: _pace, ...unmeasured } = lane;
    expect(estimateWaitMs({ ...board, lanes: { general: unmeasured } }, 'general', 120)).toBeNull();
    expect(estimateWaitMs(board, 'nobody', 120)).toBeNull();
    expect(estimateWaitMs({ ...board, waitTimeKnown: false }, 'general', 120)).toBeNull();
    expect(estimateWaitMs({ ...board, phase: 'paused' }, 'general', 120)).toBeNull();
    expect(estimateWaitMs({ ...board, phase: 'sold_out' }, 'general', 120)).toBeNull();
    expect(estimateWaitMs({ ...board, held: 'postgres' }, 'general', 120)).toBeNull();
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
