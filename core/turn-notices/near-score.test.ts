import { expect, it } from 'vitest';
import { aheadOf, estimateWaitMs, type Board } from '../../contracts/board.ts';
import { nearScore } from './near-score.ts';

const MINUTE = 60_000;
const lane = {
  calledTo: '100',
  nearTo: '400',
  admittedTo: '90',
  lateTo: 0,
  waiting: 1000,
  marks: [
    [100, 10],
    [101, 10],
    [200, 80],
    [1100, 1010],
  ] as [number, number][],
  pace: { perMinute: 60, showUpRate: 0.5, expected: 5 },
};
const board: Board = {
  room: 'demo',
  epoch: 1,
  tick: 1,
  at: 0,
  phase: 'open',
  active: 1,
  capacity: 10,
  admittedPerMinute: 60,
  waitTimeKnown: true,
  lanes: { general: lane },
  pollNearMs: 2000,
  pollFarMs: 20_000,
};
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
