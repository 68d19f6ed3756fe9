import { describe, expect, it } from 'vitest';
import { dealCharacter, usualRampMs } from './character.ts';
import { createSeededRandom } from './seeded-random.ts';

const deal = (seed: number, count = 2000) =>
  Array.from({ length: count }, (_, index) => dealCharacter(seed, index + 1, 10_000));

describe('dealing characters', () => {
  it('deals the same visitor for the same seed and number, whoever else comes', () => {
    expect(dealCharacter(7, 42, 10_000)).toEqual(dealCharacter(7, 42, 10_000));
    expect(deal(7, 50)).toEqual(deal(7, 100).slice(0, 50));
    expect(deal(7, 50)).not.toEqual(deal(8, 50));
  });

  it('deals some of every kind, and mostly people who stay and buy', () => {
    const crowd = deal(3);
    const share = (fits: (one: (typeof crowd)[number]) => boolean) => crowd.filter(fits).length / crowd.length;
    for (const kind of ['ghost', 'gives_up', 'sleeps']) {
      expect(share(({ patience }) => patience.kind === kind)).toBeGreaterThan(0.02);
    }
    for (const kind of ['browses', 'drops_hold', 'drops_payment']) {
      expect(share(({ inside }) => inside.kind === kind)).toBeGreaterThan(0.02);
    }
    expect(share(({ patience }) => patience.kind === 'stays')).toBeGreaterThan(0.75);
    expect(share(({ inside }) => inside.kind === 'buys')).toBeGreaterThan(0.7);
    expect(share(({ watches }) => watches === 'feed')).toBeCloseTo(0.25, 1);
    expect(new Set(crowd.map(({ party }) => party))).toEqual(new Set([1, 2, 3, 4, 5, 6]));
  });

  it('spreads them over the ramp', () => {
    const times = deal(3).map(({ comesAfterMs }) => comesAfterMs);
    expect(Math.min(...times)).toBeLessThan(100);
    expect(Math.max(...times)).toBeGreaterThan(9900);
    expect(Math.max(...times)).toBeLessThan(10_000);
  });

  it('gives small crowds 5 s and large ones at most 2 min to come', () => {
    expect([10, 100, 500, 5000].map(usualRampMs)).toEqual([5000, 5000, 25_000, 120_000]);
  });
});

describe('the seeded random', () => {
  it('gives each stream numbers of its own, spread over [0, 1)', () => {
    const firsts = Array.from({ length: 1000 }, (_, stream) => createSeededRandom(1, stream).next());
    expect(new Set(firsts).size).toBe(1000);
    expect(firsts.reduce((sum, value) => sum + value, 0) / 1000).toBeCloseTo(0.5, 1);
    expect(firsts.every((value) => value >= 0 && value < 1)).toBe(true);
  });
});
