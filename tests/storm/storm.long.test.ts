import { randomInt } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { FAULTS } from './faults.ts';
import { runStorm, whyNotHere } from './run-storm.ts';

describe('a storm of buyers', () => {
  it.for(Object.keys(FAULTS))('loses nothing and sells nothing twice: %s', async (fault, context) => {
    const reason = await whyNotHere(fault);
    if (reason !== null) context.skip(reason);
    const seed = randomInt(2 ** 31);
    const end = await runStorm({ fault, seed, buyers: 60 });
    expect(end.wrong, `seed ${seed}, ${JSON.stringify(end.endings)}`).toEqual([]);
    expect(end.booked, `seed ${seed}, ${JSON.stringify(end.endings)}`).toBeGreaterThan(10);
    // Some found nothing, waited, and had what others gave back.
    expect(end.accepted, `seed ${seed}, ${JSON.stringify(end.endings)}`).toBeGreaterThan(0);
  });
});
