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
  /** How fast the line goes by, measured while somebody stood ready; missing while that can't be known. */
  pace: v.optional(
    v.object({
      /** People let in from this lane's line in a minute; late visitors have a share of their own. */
      perMinute: v.number(),
      /** The share of the called who answer: those who don't make the line go faster than people are let in. */
      showUpRate: v.number(),
      /** Answers that open calls will still bring; these people stand before all who wait, and in no line yet. */
      expected: v.number(),
    }),
  ),
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
  /** False while no lane has an honest estimate (too few let in while people waited, paused, not open). */
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

/** From the next tick's call over the near poll and the answer to the tick after it, in ms: nobody who waits is let in sooner. */
const FIRST_ANSWER_MS = 3000;

/**
 * How long it takes until somebody with `ahead` people before them in a lane is let in, in ms; null when it can't be known. Of those
 * who wait only so many will answer as did of late; who is ready has answered.
 */
export function estimateWaitMs(board: Board, laneName: string, ahead: number): number | null {
  const lane = board.lanes[laneName];
  if (lane?.pace === undefined || !board.waitTimeKnown || board.phase !== 'open' || board.held) return null;
  const { perMinute, showUpRate, expected } = lane.pace;
  const ready = lane.marks[0]?.[1] ?? 0;
  const msFor = (people: number) => Math.round((people / perMinute) * 60_000);
  if (ahead < ready) return msFor(ahead);
  return Math.max(FIRST_ANSWER_MS, msFor(ready + expected + (ahead - ready) * showUpRate));
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
