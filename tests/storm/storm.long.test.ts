import { randomInt } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { FAULTS } from './faults.ts';
import { runStorm } from './run-storm.ts';
import { openStormWorld, type StormWorld } from './storm-world.ts';

describe('a storm of buyers', () => {
  let storm: StormWorld;
  beforeEach(async () => {
    storm = await openStormWorld();
    return () => storm.close();
  });

  it.each(Object.keys(FAULTS))('loses nothing and sells nothing twice: %s', async (fault) => {
    const seed = randomInt(2 ** 31);
    const end = await runStorm(storm, { fault, seed, buyers: 60 });
    expect(end.wrong, `seed ${seed}, ${JSON.stringify(end.endings)}`).toEqual([]);
    expect(end.booked, `seed ${seed}, ${JSON.stringify(end.endings)}`).toBeGreaterThan(10);
  });
});
