import { afterAll, beforeAll, expect, it } from 'vitest';
import { createManualClock } from '../../platform/clock.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import { type CoreWorld, openCore } from '../core.fixture.ts';
import { createInventory } from './inventory.ts';

let world: CoreWorld;
beforeAll(async () => {
  world = await openCore();
});
afterAll(() => world.close());

it('a version never goes back while Redis is away: what was shown last still counts', async () => {
  const performance = await world.deps.catalogue.performance('concert-1');
  if (performance === null) throw new Error('the fixture has a concert');
  await world.deps.inventory.load(performance);
  let away = false;
  const scripts: typeof world.deps.scripts = {
    ...world.deps.scripts,
    run: (script, keys, args) =>
      away ? Promise.reject(new OperatingError('store_unavailable')) : world.deps.scripts.run(script, keys, args),
  };
  const clock = createManualClock(1_800_000_000_000);
  const inventory = createInventory({ ...world.deps, scripts, clock });
  const { version } = await inventory.snapshot(performance);
  expect(version).not.toMatch(/\.0$/);
  away = true;
  clock.advance(1001);
  expect((await inventory.snapshot(performance)).version).toBe(version);
  const fresh = createInventory({ ...world.deps, scripts, clock });
  expect((await fresh.snapshot(performance)).version).toMatch(/\.0$/);
});
