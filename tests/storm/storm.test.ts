import { randomInt } from 'node:crypto';
import { expect, it } from 'vitest';
import { FAULTS } from './faults.ts';
import { runStorm } from './run-storm.ts';
import { openStormWorld } from './storm-world.ts';

// Every fault in turn: storm.long.test.ts.
it('a storm of buyers, struck by a fault drawn by lot, loses nothing and sells nothing twice', async () => {
  const seed = randomInt(2 ** 31);
  const names = Object.keys(FAULTS);
  const fault = names[seed % names.length] ?? '';
  const storm = await openStormWorld();
  try {
    const end = await runStorm(storm, { fault, seed, buyers: 30 });
    const told = `${fault}, seed ${seed}, ${JSON.stringify(end.endings)}`;
    expect(end.wrong, told).toEqual([]);
    expect(end.booked, told).toBeGreaterThan(3);
  } finally {
    await storm.close();
  }
}, 120_000);
