import { createSeededRandom } from './seeded-random.ts';

/** Who a simulated visitor is: everything about them that does not depend on what the stack answers. Times in ms. */
export type Character = {
  number: number;
  /** When they come, from the crowd's start. */
  comesAfterMs: number;
  /** How they learn that it is their turn. */
  watches: 'board' | 'feed';
  patience:
    | { kind: 'stays' }
    /** Joins and is never seen again, as link previews and bots do. */
    | { kind: 'ghost' }
    | { kind: 'gives_up'; afterMs: number }
    /** A phone asleep: looks at nothing from when it first hears the call until it wakes. */
    | { kind: 'sleeps'; forMs: number };
  /** Places wanted, all together. */
  party: number;
  wants: 'seats' | 'standing';
  inside:
    | { kind: 'buys'; failedPayments: 0 | 1 }
    | { kind: 'browses' }
    | { kind: 'drops_hold'; givesBack: boolean }
    | { kind: 'drops_payment' };
  /** Ends the session by a call, or just closes the page. */
  saysGoodbye: boolean;
  looksForMs: number;
  decidesForMs: number;
  paysForMs: number;
};

/** Deals visitor `number` of the crowd with this seed: the same each time, whoever else is in the crowd. */
export function dealCharacter(seed: number, number: number, rampMs: number): Character {
  const random = createSeededRandom(seed, number);
  return {
    number,
    comesAfterMs: random.between(0, rampMs),
    watches: random.chance(0.25) ? 'feed' : 'board',
    patience: random.pick<() => Character['patience']>([
      [84, () => ({ kind: 'stays' })],
      [6, () => ({ kind: 'ghost' })],
      [6, () => ({ kind: 'gives_up', afterMs: random.between(5000, 90_000) })],
      [4, () => ({ kind: 'sleeps', forMs: random.between(8000, 25_000) })],
    ])(),
    party: random.pick([
      [22, 1],
      [44, 2],
      [12, 3],
      [17, 4],
      [3, 5],
      [2, 6],
    ]),
    wants: random.chance(0.15) ? 'standing' : 'seats',
    inside: random.pick<() => Character['inside']>([
      [70, () => ({ kind: 'buys', failedPayments: 0 })],
      [10, () => ({ kind: 'buys', failedPayments: 1 })],
      [7, () => ({ kind: 'browses' })],
      [8, () => ({ kind: 'drops_hold', givesBack: random.chance(0.5) })],
      [5, () => ({ kind: 'drops_payment' })],
    ])(),
    saysGoodbye: random.chance(0.85),
    looksForMs: random.between(800, 5000),
    decidesForMs: random.between(1000, 6000),
    paysForMs: random.between(1500, 6000),
  };
}

/** How long it takes until all have come when nobody says, in ms: 20 a second, at least 5 s and at most 2 min. */
export const usualRampMs = (visitors: number): number => Math.min(120_000, Math.max(5000, visitors * 50));
