import { expect, test } from 'vitest';
import { boardOf, laneOf } from '../../contracts/board.fixture.ts';
import { createJudge } from './judge.ts';
import type { Announced } from './slots-room.ts';

/** A committed tick as it is announced. */
const tick = (calledTo: number, admitted: string[]): Announced => ({
  board: boardOf({ lanes: { general: laneOf({ calledTo: String(calledTo) }) } }),
  admitted,
});

/** Two visitors, both called at 0; the first answers at `answersAtMs`, then the one behind is admitted at `admittedAtMs`. */
function overtakenWhen(answersAtMs: number, admittedAtMs: number, againMs = 5000): number {
  const judge = createJudge();
  judge.joined('first', 1);
  judge.joined('behind', 2);
  judge.tick(tick(64, []), 0);
  judge.answered('first', answersAtMs, againMs);
  judge.tick(tick(64, ['behind']), admittedAtMs);
  return judge.overtaken();
}

test('who answered within the window and sees one behind admitted was overtaken', () => {
  expect(overtakenWhen(5999, 7000)).toBe(1);
});

test('who answered a moment after the window, or fell silent, was not', () => {
  expect(overtakenWhen(6000, 7000)).toBe(0);
  expect(overtakenWhen(1000, 16_000)).toBe(1);
  expect(overtakenWhen(1000, 16_001)).toBe(0);
});

test('admissions in order overtake nobody', () => {
  const judge = createJudge();
  judge.joined('first', 1);
  judge.joined('behind', 2);
  judge.tick(tick(64, []), 0);
  for (const id of ['first', 'behind']) judge.answered(id, 1000, 5000);
  judge.tick(tick(64, ['first']), 2000);
  judge.tick(tick(64, ['behind']), 3000);
  expect(judge.overtaken()).toBe(0);
});
