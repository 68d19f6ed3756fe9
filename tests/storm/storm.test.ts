import { randomInt } from 'node:crypto';
import { expect, it } from 'vitest';
import { FAULTS } from './faults.ts';
import { runStorm, whyNotHere } from './run-storm.ts';

// Every fault in turn: storm.long.test.ts.
it('a storm of buyers, struck by a fault drawn by lot, loses nothing and sells nothing twice', async () => {
  const seed = randomInt(2 ** 31);
  const reasons = await Promise.all(Object.keys(FAULTS).map(whyNotHere));
  const names = Object.keys(FAULTS).filter((_, index) => reasons[index] === null);
  const fault = names[seed % names.length] ?? '';
  const end = await runStorm({ fault, seed, buyers: 30 });
  const told = `${fault}, seed ${seed}, ${JSON.stringify(end.endings)}`;
  expect(end.wrong, told).toEqual([]);
  expect(end.booked, told).toBeGreaterThan(3);
}, 120_000);
