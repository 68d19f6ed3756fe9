import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FAULTS } from './faults.ts';
import { createRandom, runStorm } from './run-storm.ts';
import { openStormWorld, type StormWorld } from './storm-world.ts';

/** A test may take this long on a crowded machine, ms; on a quiet one it is over in a tenth. */
const PATIENCE_MS = 120_000;

// All faults have their turn in the long run; here two are drawn, so that every run of the tests meets some.
const seed = randomInt(2 ** 31);
const random = createRandom(seed);
const names = Object.keys(FAULTS);
const drawn = [0, 1].flatMap(() => names.splice(Math.floor(random() * names.length), 1));

describe(`a storm of buyers, drawn from seed ${seed}`, () => {
  let storm: StormWorld;
  beforeAll(async () => void (storm = await openStormWorld()));
  afterAll(() => storm.close());

  it.each(drawn.map((fault, i) => ({ fault, firstSeat: 1 + 30 * i })))(
    'loses nothing and sells nothing twice: $fault',
    async ({ fault, firstSeat }) => {
      const end = await runStorm(storm, { fault, seed, buyers: 25, firstSeat });
      expect(end.wrong, JSON.stringify(end.endings)).toEqual([]);
      expect(end.booked, JSON.stringify(end.endings)).toBeGreaterThan(0);
    },
    PATIENCE_MS,
  );
});
