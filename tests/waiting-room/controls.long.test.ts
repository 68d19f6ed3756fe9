import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runPlan } from './run-plan.ts';
import { START, startStores, type Mutation, type Stores } from './room-under-test.ts';
import { plans } from './steps.ts';

let stores: Stores;
beforeAll(async () => {
  stores = await startStores();
});
afterAll(() => stores.stop());

type Control = Mutation & { without: string; noticed: RegExp; loses?: boolean };

/** Each guard of the scripts, taken away: the witness must notice by itself, or its silence proves nothing. */
const CONTROLS: Control[] = [
  {
    without: 'the bound on slots',
    script: 'tick',
    from: 'capacity - live, MAX_ADMITTED',
    to: 'capacity, MAX_ADMITTED',
    noticed: /inside, \d+ allowed/,
  },
  {
    without: 'the rolling minute',
    script: 'tick',
    from: 'rate - last_minute, ',
    to: 'rate, ',
    noticed: /within a minute, \d+ allowed/,
  },
  {
    without: 'the end of a round',
    script: 'tick',
    from: 'if not round_is_over(round, now, since) then return round[2] end',
    to: '',
    noticed: /was called \d+ ms before the end of the round/,
  },
  {
    without: 'the gate of open calls',
    script: 'tick',
    from: "lane.calls[1] and digits(lane.calls[1].from) or '+inf'",
    to: "'+inf'",
    noticed: /was overtaken by|sent to the late line/,
  },
  {
    without: 'spending the ticket at its claim',
    script: 'answer',
    from: "redis.call('ZADD', spent_key, exp_ms, id)\nredis.call('HDEL', answers_key, id)",
    to: "redis.call('HDEL', answers_key, id)",
    noticed: /came in again/,
  },
  {
    without: 'counting by arithmetic after a loss',
    script: 'restore-room',
    from: "keep('lost', lane, lane.lost or '[]')",
    to: "keep('lost', lane, '[]')",
    noticed: /still outside/,
    loses: true,
  },
  {
    without: 'the window that a restore opens again',
    script: 'restore-room',
    from: 'if tonumber(lane.calledTo) > tonumber(lane.admittedTo) then',
    to: 'if false then',
    noticed: /was overtaken by|sent to the late line/,
    loses: true,
  },
];

it.each(CONTROLS)(
  'a room without $without is found out',
  async ({ script, from, to, noticed, loses = false }) => {
    const plan = fc.asyncProperty(plans(START, loses, 70), async (drawn) => {
      await runPlan(stores, drawn, [{ script, from, to }]);
    });
    const result = await fc.check(plan, { numRuns: 150, endOnFailure: true });
    expect(result.failed, `seed ${result.seed}`).toBe(true);
    expect(String(result.errorInstance), `seed ${result.seed}`).toMatch(noticed);
  },
  120_000,
);
