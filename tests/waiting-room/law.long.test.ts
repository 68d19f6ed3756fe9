import fc from 'fast-check';
import { afterAll, beforeAll, it } from 'vitest';
import { runPlan } from './run-plan.ts';
import { START, startStores, type Stores } from './room-under-test.ts';
import { plans } from './steps.ts';

let stores: Stores;
beforeAll(async () => {
  stores = await startStores();
});
afterAll(() => stores.stop());

it.each([
  ['does what the model does', false],
  ['keeps every promise when Redis is flushed or rolled back', true],
] as const)('%s, over hundreds of long draws', async (_title, withLoss) => {
  const plan = fc.asyncProperty(plans(START, withLoss, 150), async (drawn) => {
    await runPlan(stores, drawn);
  });
  await fc.assert(plan, { numRuns: 300, endOnFailure: true });
});
