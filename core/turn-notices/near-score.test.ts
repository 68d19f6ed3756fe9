import { expect, it } from 'vitest';
import { boardOf, laneOf } from '../../contracts/board.fixture.ts';
import { aheadOf, estimateWaitMs } from '../../contracts/board.ts';
import { nearScore } from './near-score.ts';

const MINUTE = 60_000;
const lane = laneOf({
  calledTo: '100',
  nearTo: '400',
  waiting: 1000,
  marks: [
    [100, 10],
    [101, 10],
    [200, 80],
    [1100, 1010],
  ],
  pace: { perMinute: 60, showUpRate: 0.5, expected: 5 },
});
const board = boardOf({ lanes: { general: lane } });
const waitAt = (score: number) => estimateWaitMs(board, 'general', aheadOf(lane, score)) ?? Number.NaN;

it('is the last score whose visitor’s page says so soon, at any rate and distance', () => {
  for (const minutes of [1, 2, 5]) {
    const score = nearScore(board, 'general', minutes * MINUTE) ?? Number.NaN;
    expect(waitAt(score)).toBeLessThanOrEqual(minutes * MINUTE);
    // One place further on is too far: a place is half a second here.
    expect(waitAt(score + 3)).toBeGreaterThan(minutes * MINUTE);
  }
});

it('is the end of a short line, and nobody’s of one that stands', () => {
  expect(nearScore(board, 'general', 60 * MINUTE)).toBe(1100);
  expect(nearScore(board, 'general', 1)).toBe(100);
  for (const change of [{ phase: 'paused' as const }, { waitTimeKnown: false }, { held: 'postgres' as const }])
    expect(nearScore({ ...board, ...change }, 'general', MINUTE)).toBeNull();
  expect(nearScore(board, 'other', MINUTE)).toBeNull();
});
