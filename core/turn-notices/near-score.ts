import { aheadOf, estimateWaitMs, type Board } from '../../contracts/board.ts';

/** Halvings of the line: scores are told apart to well below one place. */
const STEPS = 48;

/**
 * Up to which score those who wait in a lane are let in within `withinMs`, by the same arithmetic that their pages estimate by; null while
 * nobody can know (nobody was let in while people waited, paused, held). Waits never fall along a line, so it is found by halving.
 */
export function nearScore(board: Board, laneName: string, withinMs: number): number | null {
  const lane = board.lanes[laneName];
  const last = lane?.marks.at(-1);
  if (lane === undefined || last === undefined) return null;
  const waitAt = (score: number) => estimateWaitMs(board, laneName, aheadOf(lane, score));
  let [low, high] = [Number(lane.calledTo), Math.max(last[0], Number(lane.calledTo))];
  const first = waitAt(low);
  if (first === null) return null;
  if (first > withinMs) return low;
  if ((waitAt(high) ?? Number.POSITIVE_INFINITY) <= withinMs) return high;
  for (let step = 0; step < STEPS; step += 1) {
    const middle = (low + high) / 2;
    if ((waitAt(middle) ?? Number.POSITIVE_INFINITY) <= withinMs) low = middle;
    else high = middle;
  }
  return low;
}
