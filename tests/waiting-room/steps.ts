import fc from 'fast-check';
import type { Settings } from './model.ts';

/** What can happen to a room, in any order. Parts are tenths of a crowd; `who` picks one of those who joined. */
export type Step =
  | { do: 'join'; lane: number; count: number; draw: number }
  | { do: 'joinAgain'; who: number }
  | { do: 'answerOne'; who: number; claims: boolean }
  | { do: 'answer'; tenths: number; salt: number; claims: boolean }
  | { do: 'leave'; who: number }
  | { do: 'tick'; count: number; workers: number }
  | { do: 'dieInTick' }
  | { do: 'silence'; ms: number }
  | { do: 'configure'; rate: number; capacity: number }
  | { do: 'pause'; paused: boolean }
  | { do: 'method'; method: Settings['method'] }
  | { do: 'lose' }
  | { do: 'remember' }
  | { do: 'rollBack' };
export type Plan = { settings: Settings; steps: Step[] };

const whole = (min: number, max: number) => fc.integer({ min, max });
const who = whole(0, 999);
const method = fc.constantFrom<Settings['method']>('fifo', 'fifo', 'random');

const join = fc.record({
  do: fc.constant('join' as const),
  lane: whole(0, 1),
  count: whole(1, 9),
  draw: whole(0, 1e6),
});
const tick = fc.record({ do: fc.constant('tick' as const), count: whole(1, 4), workers: whole(1, 3) });
const answer = fc.record({
  do: fc.constant('answer' as const),
  tenths: fc.constantFrom(3, 7, 10),
  salt: whole(0, 99),
  claims: fc.boolean(),
});
const rare = [
  fc.record({ do: fc.constant('joinAgain' as const), who }),
  fc.record({ do: fc.constant('answerOne' as const), who, claims: fc.boolean() }),
  fc.record({ do: fc.constant('leave' as const), who }),
  fc.record({ do: fc.constant('dieInTick' as const) }),
  fc.record({ do: fc.constant('silence' as const), ms: fc.oneof(whole(1, 6000), whole(6000, 70_000)) }),
  fc.record({
    do: fc.constant('configure' as const),
    rate: fc.oneof(whole(0, 12), whole(30, 900)),
    capacity: whole(0, 25),
  }),
  fc.record({ do: fc.constant('pause' as const), paused: fc.boolean() }),
  fc.record({ do: fc.constant('method' as const), method }),
];
const losses = [
  fc.record({ do: fc.constant('lose' as const) }),
  fc.record({ do: fc.constant('remember' as const) }),
  fc.record({ do: fc.constant('rollBack' as const) }),
];

const settings = (start: number): fc.Arbitrary<Settings> =>
  fc.record({
    rate: whole(30, 600),
    capacity: whole(1, 25),
    sessionMs: fc.constantFrom(20_000, 120_000),
    claimMs: fc.constantFrom(10_000, 30_000),
    paused: fc.constant(false),
    method,
    opensAt: fc.option(
      whole(1, 20).map((seconds) => start + seconds * 1000),
      { freq: 3 },
    ),
    lanes: fc.constantFrom(
      [{ name: 'general', weight: 1 }],
      [
        { name: 'general', weight: 3 },
        { name: 'presale', weight: 1 },
      ],
    ),
  });

/** Rooms and what happens to them. `withLoss`: Redis is flushed and rolled back as well. */
export const plans = (start: number, withLoss: boolean, maxSteps: number): fc.Arbitrary<Plan> => {
  const often = [
    { arbitrary: join, weight: 4 },
    { arbitrary: tick, weight: 7 },
    { arbitrary: answer, weight: 6 },
  ];
  const seldom = [...rare, ...(withLoss ? losses : [])].map((arbitrary) => ({ arbitrary, weight: 1 }));
  const step: fc.Arbitrary<Step> = fc.oneof(...often, ...seldom);
  return fc.record({
    settings: settings(start),
    steps: fc.array(step, { minLength: 10, maxLength: maxSteps, size: 'max' }),
  });
};
