import { describe, expect, it } from 'vitest';
import type { Board } from '../../contracts/board.ts';
import { ANSWER_SPREAD_MS, createEpochReturn, REJOIN_SPREAD_MS } from './epoch-return.ts';
import { board, lane, place } from './waiting.fixture.ts';

const NOW = 1_000_000;
const next: Board = { ...board, epoch: 2, tick: 1 };
const near = { ...place, score: '300' };
const half = () => 0.5;

describe('after a loss of Redis', () => {
  it('who is far from the head has nothing to do, however often they look', () => {
    const back = createEpochReturn(1, half);
    for (let ms = 0; ms < 60_000; ms += 1000) expect(back.due(place, next, NOW + ms)).toBeNull();
  });

  it('who is near adds the ticket again at a moment of their own, not a moment earlier, and once', () => {
    const back = createEpochReturn(1, half);
    expect(back.due(near, next, NOW)).toBeNull();
    expect(back.due(near, next, NOW + REJOIN_SPREAD_MS / 2 - 1)).toBeNull();
    expect(back.due(near, next, NOW + REJOIN_SPREAD_MS / 2)).toBe('rejoin');
    back.standsIn(2);
    expect(back.due(near, next, NOW + 10 * REJOIN_SPREAD_MS)).toBeNull();
  });

  it('who was far adds the ticket when the line has brought them near', () => {
    const back = createEpochReturn(1, () => 0);
    expect(back.due(place, next, NOW)).toBeNull();
    const later: Board = { ...next, tick: 9, lanes: { general: { ...lane, nearTo: '600' } } };
    expect(back.due(place, later, NOW + 300_000)).toBe('rejoin');
  });

  it('an attempt that came to nothing is made again, and a second loss begins anew', () => {
    const back = createEpochReturn(1, () => 0);
    expect(back.due(near, next, NOW)).toBe('rejoin');
    expect(back.due(near, next, NOW + REJOIN_SPREAD_MS - 1)).toBeNull();
    expect(back.due(near, next, NOW + REJOIN_SPREAD_MS)).toBe('rejoin');
    back.standsIn(2);
    expect(back.due(near, { ...next, epoch: 3 }, NOW + REJOIN_SPREAD_MS + 1)).toBe('rejoin');
  });

  it.each(['called', 'ready', 'late'] as const)('who was %s answers again within the new window', (state) => {
    const back = createEpochReturn(1, () => 0.999);
    expect(back.due({ ...place, state }, next, NOW)).toBeNull();
    expect(back.due({ ...place, state }, next, NOW + ANSWER_SPREAD_MS)).toBe('answer');
  });

  it.each(['lobby', 'admitted', 'active', 'spent'] as const)('who is %s has nothing to repeat', (state) => {
    expect(createEpochReturn(1, () => 0).due({ ...near, state }, next, NOW)).toBeNull();
  });

  it('nobody returns on a stale board, on one of the epoch they stand in, or on an older one', () => {
    const back = createEpochReturn(2, () => 0);
    expect(back.due(near, { ...next, epoch: 3, stale: true }, NOW)).toBeNull();
    expect(back.due(near, next, NOW)).toBeNull();
    expect(back.due(near, board, NOW)).toBeNull();
  });

  it('a crowd that is near spreads over the whole time', () => {
    const moments = [0, 0.25, 0.5, 0.75, 0.999].map((random) => {
      const back = createEpochReturn(1, () => random);
      let ms = 0;
      while (back.due(near, next, NOW + ms) === null) ms += 100;
      return ms;
    });
    expect(moments).toEqual([0, 2500, 5000, 7500, 10_000]);
  });
});
