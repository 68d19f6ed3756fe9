import * as v from 'valibot';
import { boardRoundSchema, isRoundOver, roundEndMs, type Round } from './rounds.ts';

/**
 * The board: the one small document everyone in a room reads (WAITING-ROOM §4). It is public, at most 4 KB, and changes
 * once a tick. Scores are strings on the wire, because they may hold more digits than a careless reader keeps.
 */
export const boardLaneSchema = v.object({
  /** Scores above this are derived from the draw's seed; set once a lobby has opened. */
  base: v.optional(v.string()),
  calledTo: v.string(),
  nearTo: v.string(),
  admittedTo: v.string(),
  /** Time of the first late answer admitted last, in ms; 0 when none was. */
  lateTo: v.number(),
  waiting: v.number(),
  /** At most 64 [score, rank] points, rank = people of this lane in line with a lower score, the ready among them. */
  marks: v.array(v.tuple([v.number(), v.number()])),
});
export type BoardLane = v.InferOutput<typeof boardLaneSchema>;

export const BOARD_PHASES = ['lobby', 'open', 'paused', 'sold_out', 'closed'] as const;

export const boardSchema = v.object({
  room: v.string(),
  epoch: v.number(),
  tick: v.number(),
  /** Redis time of the tick, in ms. */
  at: v.number(),
  phase: v.picklist(BOARD_PHASES),
  /** Admission stands still because this part is away. */
  held: v.optional(v.picklist(['postgres', 'core'])),
  /** Set by the edge: the store did not answer and this is the last board it saw, or nobody has ticked for `BOARD_STALE_MS`. */
  stale: v.optional(v.boolean()),
  lanes: v.record(v.string(), boardLaneSchema),
  active: v.number(),
  capacity: v.number(),
  /** People let in during the last 60 s. */
  admittedPerMinute: v.number(),
  /** False while no honest estimate exists (nobody admitted yet, paused, not open). */
  waitTimeKnown: v.boolean(),
  remaining: v.optional(v.number()),
  message: v.optional(v.string()),
  draw: v.optional(v.object({ commitment: v.string(), seed: v.optional(v.string()) })),
  /** Minutes of a `random` room: this and the next are promised, those that are just over are told. */
  rounds: v.optional(v.array(boardRoundSchema)),
  opensAt: v.optional(v.number()),
  pollNearMs: v.number(),
  pollFarMs: v.number(),
});
export type Board = v.InferOutput<typeof boardSchema>;

/**
 * From this age on a board is shown as stale, in ms: two ticks have failed to come, and a third would. Less would cry wolf over
 * one slow tick, or over clocks of Redis and edge that differ by a second.
 */
export const BOARD_STALE_MS = 3000;

/** No answer may rest on a board older than this, in ms. */
export const BOARD_FRESH_MS = 2000;

/**
 * People of the lane ahead of `score`, by straight lines between the board's marks. Exact at a mark; between two marks the
 * error is bounded by their distance (WAITING-ROOM §4: 2 % or 3 places). The last mark is the next joiner's: who joined since
 * the tick stands as many places behind it as their number is above.
 */
export function aheadOf(lane: BoardLane, score: number): number {
  let [fromScore, fromRank] = [Number(lane.calledTo), 0];
  for (const [markScore, markRank] of lane.marks) {
    if (score <= markScore) {
      const share = markScore > fromScore ? (score - fromScore) / (markScore - fromScore) : 1;
      return Math.max(0, Math.round(fromRank + share * (markRank - fromRank)));
    }
    [fromScore, fromRank] = [markScore, markRank];
  }
  return fromRank + Math.max(0, Math.round(score - fromScore));
}

/** How long `ahead` people take at the measured rate, in ms; null when it can't be known. */
export function estimateWaitMs(board: Board, ahead: number): number | null {
  if (!board.waitTimeKnown || board.phase !== 'open' || board.held || board.admittedPerMinute <= 0) return null;
  return Math.round((ahead / board.admittedPerMinute) * 60_000);
}

/**
 * When a visitor with this score should look at the board next, in ms. Score null: not yet known, in the lobby or in a `round` that is
 * not over; both look within 2 s of the moment that makes it known.
 */
export function pollAfterMs(
  board: Board,
  laneName: string,
  score: number | null,
  nowMs: number,
  round?: Round,
): number {
  const lane = board.lanes[laneName];
  if (board.phase === 'lobby') {
    const untilOpening = board.opensAt === undefined ? board.pollFarMs : Math.max(1000, board.opensAt - nowMs);
    return Math.min(board.pollFarMs, untilOpening);
  }
  if (score === null && round !== undefined && !isRoundOver(round.minute, board.at))
    return Math.min(board.pollFarMs, Math.max(1000, roundEndMs(round.minute) - nowMs));
  if (lane === undefined || score === null) return board.pollNearMs;
  return score <= Number(lane.nearTo) ? board.pollNearMs : board.pollFarMs;
}
