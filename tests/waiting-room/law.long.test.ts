import fc from 'fast-check';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { runPlan } from './run-plan.ts';
import { START, startStores, type Stores } from './room-under-test.ts';
import { plans } from './steps.ts';

let stores: Stores;
beforeAll(async () => {
  stores = await startStores();
});
afterAll(() => stores.stop());

/** Hundreds of draws in one test would say nothing for twenty minutes, and on a busy machine run into its time-out. */
const PARTS = Array.from({ length: 10 }, (_, n) => n + 1);
const RUNS_IN_PART = 30;

describe.each([
  ['does what the model does', false],
  ['keeps every promise when Redis is flushed or rolled back', true],
] as const)('%s', (_title, withLoss) => {
  it.each(PARTS)('over long draws, part %i', async () => {
    const plan = fc.asyncProperty(plans(START, withLoss, 150), async (drawn) => {
      await runPlan(stores, drawn);
    });
    await fc.assert(plan, { numRuns: RUNS_IN_PART, endOnFailure: true });
  });
});
