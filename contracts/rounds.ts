import * as v from 'valibot';

/**
 * Rounds of a `random` room (WAITING-ROOM §2): those who join a lane within one minute of Redis time share a base, one number of the
 * lane's counter, and are drawn among each other. Nobody learns the draw, and nobody of the round is called, before it is over.
 */
export const ROUND_MS = 60_000;

/** Draws are multiples of this: the last score that a round can hold is its base + 1 - `DRAW_STEP`. */
const DRAW_STEP = 2 ** -26;

const whole = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 31));

/** What a ticket carries instead of a score: its round's minute (whole minutes since 1970, Redis time) and base. */
export const roundSchema = v.object({ minute: whole, base: whole });
export type Round = v.InferOutput<typeof roundSchema>;

/** What the board tells of a minute: the promise before and during it, the seed once it is over. */
export const boardRoundSchema = v.object({
  minute: v.number(),
  /** Hex SHA-256 of the seed (`drawCommitment`). */
  commitment: v.optional(v.string()),
  seed: v.optional(v.string()),
});
export type BoardRound = v.InferOutput<typeof boardRoundSchema>;

/** The minute in which a time lies, in ms since 1970. */
export const roundMinuteAt = (ms: number): number => Math.floor(ms / ROUND_MS);

/** When a round is over, in ms since 1970. */
export const roundEndMs = (minute: number): number => (minute + 1) * ROUND_MS;

/** Whether a round is over; `nowMs` is Redis time, or a time that can't be later (a board's `at`). */
export const isRoundOver = (minute: number, nowMs: number): boolean => nowMs >= roundEndMs(minute);

/** The highest score that somebody of a round can have: who is not told yet is called for sure once this is. */
export const lastScoreOf = (round: Round): number => round.base + 1 - DRAW_STEP;
