import { pollAfterMs, type Board } from '../../contracts/board.ts';
import type { Place } from '../../contracts/place.ts';
import { isTimeToAsk, placeByDraw, type AskMemory } from '../../web/waiting-page/line-place.ts';
import type { Character } from './character.ts';

/** What one visitor in line knows. Times in ms of this machine. */
export type InLine = AskMemory & {
  place: Place;
  board: Board | null;
  joinedAtMs: number;
  /** The one sleep of a visitor who sleeps: not yet, until then, or over. */
  sleepsUntilMs: number | null;
};

/** What a visitor in line does now. `look`: at the board, after so long; `ask`: POST passes, or "here" on a socket. */
export type LineStep =
  | { kind: 'ask' }
  | { kind: 'look'; afterMs: number }
  | { kind: 'sleep'; forMs: number }
  | { kind: 'give_up' };

/** The soonest that anybody looks again, in ms, whatever the board says. */
const LOOK_LEAST_MS = 250;

/** Decides what a visitor in line does at `nowMs` (WAITING-ROOM §1, §4): the page's own rules, and the character's habits. Pure. */
export function nextLineStep({ patience }: Character, me: InLine, nowMs: number): LineStep {
  if (me.sleepsUntilMs !== null && nowMs < me.sleepsUntilMs) return { kind: 'sleep', forMs: me.sleepsUntilMs - nowMs };
  const { board, place } = me;
  const { state } = place;
  if (patience.kind === 'gives_up' && nowMs - me.joinedAtMs >= patience.afterMs && state !== 'admitted') {
    return { kind: 'give_up' };
  }
  if (board === null) return { kind: 'look', afterMs: LOOK_LEAST_MS };
  if (isTimeToAsk(place, board, me, nowMs)) {
    // A board that the edge marks as stale says nothing of now; asking would only add to the trouble.
    if (state !== 'admitted' && board.stale === true) return { kind: 'look', afterMs: board.pollNearMs };
    if (patience.kind === 'sleeps' && me.sleepsUntilMs === null) return { kind: 'sleep', forMs: patience.forMs };
    return { kind: 'ask' };
  }
  const score = place.score === undefined ? null : Number(place.score);
  const pace =
    state === 'waiting' || state === 'lobby'
      ? pollAfterMs(board, place.lane, score, nowMs, place.round)
      : board.pollNearMs;
  const until = Math.min(pace, ...[me.askAtMs, endOfPatience(patience, me)].map((at) => (at ?? Infinity) - nowMs));
  return { kind: 'look', afterMs: Math.max(LOOK_LEAST_MS, until) };
}

/** Takes in what the store said of the place. A score that is known stays known. */
export function hearPlace(me: InLine, place: Place, nowMs: number): void {
  me.place = {
    ...place,
    ...(place.score === undefined && me.place.score !== undefined ? { score: me.place.score } : {}),
  };
  me.askAtMs = place.againMs === undefined ? null : nowMs + place.againMs;
}

/** Takes in a board; a visitor of the lobby or of a round learns the score that the draw gave its ticket, once the seed is out. */
export async function hearBoard(me: InLine, board: Board): Promise<void> {
  me.board = board;
  me.place = (await placeByDraw(me.place, board)).place;
}

const endOfPatience = (patience: Character['patience'], me: InLine): number | null =>
  patience.kind === 'gives_up' ? me.joinedAtMs + patience.afterMs : null;
