import { afterAll, beforeAll, expect, it } from 'vitest';
import { type CoreWorld, openCore } from '../core.fixture.ts';
import { loadMissing, type Loaded } from './load-on-sale.ts';

let world: CoreWorld;
beforeAll(async () => {
  world = await openCore();
});
afterAll(() => world.close());

const hold = async () => {
  const { pass } = await world.admit('demo');
  const wish = { performanceId: 'concert-1', items: [{ zoneId: 'standing', quantity: 1 }] };
  return (await world.post('/v1/holds', pass, wish)).status;
};

it('what is on sale is there before the first buyer asks, again after Redis lost it, and is loaded once only', async () => {
  const loaded: Loaded = new Map();
  expect(await loadMissing(world.deps, loaded)).toBe(0);
  expect(await hold()).toBe(201);

  await world.openRoom('demo', 2);
  expect(await loadMissing(world.deps, loaded)).toBe(0);
  expect(await hold()).toBe(201);

  let loads = 0;
  const inventory = { ...world.deps.inventory, load: () => Promise.resolve(((loads += 1), 'loaded' as const)) };
  expect(await loadMissing({ ...world.deps, inventory }, loaded)).toBe(0);
  expect(loads).toBe(0);
  await world.openRoom('demo', 3);
  await loadMissing({ ...world.deps, inventory }, loaded);
  expect(loads).toBeGreaterThan(0);
});
