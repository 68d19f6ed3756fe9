import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runPlan } from './run-plan.ts';
import { startStores, type Mutation, type Stores } from './room-under-test.ts';
import type { Plan, Step } from './steps.ts';

let stores: Stores;
beforeAll(async () => {
  stores = await startStores();
});
afterAll(() => stores.stop());

const SETTINGS: Plan['settings'] = {
  rate: 600,
  capacity: 25,
  sessionMs: 20_000,
  claimMs: 10_000,
  paused: false,
  opensAt: null,
  lanes: [{ name: 'general', weight: 1 }],
  method: 'fifo',
};

const ticks = (count: number): Step => ({ do: 'tick', count, workers: 1 });
const join = (count: number): Step => ({ do: 'join', lane: 0, count, draw: 1 });
const everyoneAnswers = (claims = false): Step => ({ do: 'answer', tenths: 10, salt: 0, claims });
/** Of nine visitors the eighth and the ninth: the others were called with them and think it over. */
const lastTwoAnswer: Step = { do: 'answer', tenths: 3, salt: 1, claims: false };
/** After so many ticks everyone knows the first `nearTo`, and the next tick calls whoever has joined. */
const UNTIL_CALLING = ticks(8);

type Control = Mutation & {
  without: string;
  noticed: RegExp;
  settings?: Partial<Plan['settings']>;
  /** What has to happen for the guard to matter. */
  steps: Step[];
};

/** Each guard of the scripts, taken away: the witness must notice by itself, or its silence proves nothing. */
const CONTROLS: Control[] = [
  {
    without: 'the bound on slots',
    script: 'tick',
    from: 'room.slots - live, MAX_ADMITTED',
    to: 'room.slots, MAX_ADMITTED',
    noticed: /inside, \d+ allowed/,
    settings: { capacity: 2 },
    steps: [UNTIL_CALLING, join(9), ticks(1), everyoneAnswers(), ticks(3)],
  },
  {
    without: 'the rolling minute',
    script: 'tick',
    from: 'room.limit - last_minute, ',
    to: 'rate, ',
    noticed: /within a minute, \d+ allowed/,
    steps: [
      UNTIL_CALLING,
      join(9),
      ticks(1),
      everyoneAnswers(),
      ticks(1),
      { do: 'configure', rate: 6, capacity: 25 },
      join(3),
      ticks(1),
      everyoneAnswers(),
      ticks(4),
    ],
  },
  {
    without: 'the end of a round',
    script: 'tick',
    from: 'if not round_is_over(round, now, since) then return round[2] end',
    to: '',
    noticed: /was called \d+ ms before the end of the round/,
    settings: { method: 'random' },
    steps: [ticks(1), join(9), ticks(40)],
  },
  {
    without: 'the gate of open calls',
    script: 'tick',
    from: "lane.calls[1] and digits(lane.calls[1].from) or '+inf'",
    to: "'+inf'",
    noticed: /was overtaken by|sent to the late line/,
    steps: [UNTIL_CALLING, join(9), ticks(1), lastTwoAnswer, ticks(1), everyoneAnswers(), ticks(1)],
  },
  {
    without: 'spending the ticket at its claim',
    script: 'answer',
    from: "redis.call('ZADD', spent_key, exp_ms, id)\nredis.call('HDEL', answers_key, id)",
    to: "redis.call('HDEL', answers_key, id)",
    noticed: /came in again/,
    steps: [
      UNTIL_CALLING,
      join(1),
      ticks(1),
      everyoneAnswers(),
      ticks(1),
      everyoneAnswers(true),
      { do: 'silence', ms: SETTINGS.sessionMs },
      ticks(1),
      everyoneAnswers(),
      ticks(1),
      everyoneAnswers(true),
    ],
  },
  {
    without: 'counting by arithmetic after a loss',
    script: 'restore-room',
    from: "keep('lost', lane, lane.lost or '[]')",
    to: "keep('lost', lane, '[]')",
    noticed: /still outside/,
    steps: [join(9), ticks(1), { do: 'lose' }],
  },
  {
    without: 'the window that a restore opens again',
    script: 'restore-room',
    from: 'if tonumber(lane.calledTo) > tonumber(lane.admittedTo) then',
    to: 'if false then',
    noticed: /was overtaken by|sent to the late line/,
    steps: [UNTIL_CALLING, join(9), ticks(1), { do: 'lose' }, lastTwoAnswer, ticks(1), everyoneAnswers(), ticks(1)],
  },
];

describe.each(CONTROLS)('$without', ({ script, from, to, noticed, settings, steps }) => {
  const plan: Plan = { settings: { ...SETTINGS, ...settings }, steps };

  it('keeps the promise', async () => {
    await runPlan(stores, plan);
  });

  it('is missed when it is gone', async () => {
    await expect(runPlan(stores, plan, [{ script, from, to }])).rejects.toThrow(noticed);
  });
});

it('a control whose piece the script no longer has fails by itself', async () => {
  const nothing: Mutation = { script: 'tick', from: 'a piece that no script has', to: '' };
  await expect(runPlan(stores, { settings: SETTINGS, steps: [] }, [nothing])).rejects.toThrow(/does not contain/);
});
