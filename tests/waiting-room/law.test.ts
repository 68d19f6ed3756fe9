import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runPlan } from './run-plan.ts';
import { START, startStores, type Stores } from './room-under-test.ts';
import { plans } from './steps.ts';

let stores: Stores;
beforeAll(async () => {
  stores = await startStores();
});
afterAll(() => stores.stop());

// The same draws each time, so that a red run means a changed law; new draws are for the long test.
const SEED = 20_261_122;
// fast-check prints the seed and the path of a failure by itself.
it('does what the model does, and keeps every promise, whatever happens', async () => {
  let entered = 0;
  const plan = fc.asyncProperty(plans(START, false, 50), async (drawn) => {
    entered += (await runPlan(stores, drawn)).entered.length;
  });
  await fc.assert(plan, { seed: SEED, numRuns: 12, endOnFailure: true });
  expect(entered, 'the draws let somebody in').toBeGreaterThan(50);
}, 180_000);

it('keeps every promise when Redis is flushed or rolled back at any moment', async () => {
  const plan = fc.asyncProperty(plans(START, true, 50), async (drawn) => {
    await runPlan(stores, drawn);
  });
  await fc.assert(plan, { seed: SEED, numRuns: 10, endOnFailure: true });
}, 180_000);
