import { aheadOf, estimateWaitMs, type Board } from '../../contracts/board.ts';
import type { Place } from '../../contracts/place.ts';
import { isRoundOver, lastScoreOf } from '../../contracts/rounds.ts';
import { scoreOnBoard } from '../../contracts/score-on-board.ts';

/** How often a visitor may ask because the board says so, in ms; a board comes every second, an answer takes a while. */
const ASK_GAP_MS = 2000;

/** What the page remembers between boards. Times are the page's own, in ms. */
export type AskMemory = { lastAskMs: number; askAtMs: number | null };

/**
 * The place as a new board has it: ahead and estimate by the board's marks. Within an epoch the position never rises, since a mark's
 * rounding must not look like being overtaken; a new epoch starts afresh.
 */
export function placeOnBoard(place: Place, board: Board): Place {
  const lane = board.lanes[place.lane];
  if (place.state !== 'waiting' || lane === undefined || place.score === undefined)
    return { ...place, epoch: board.epoch };
  const counted = aheadOf(lane, Number(place.score));
  const before = place.epoch === board.epoch ? place.ahead : null;
  const ahead = before === null ? counted : Math.min(before, counted);
  return {
    ...place,
    ahead,
    position: ahead + 1,
    estimatedWaitMs: estimateWaitMs(board, place.lane, ahead),
    epoch: board.epoch,
  };
}

/**
 * The place with the score that the board gives it: of the lobby after the opening, of a round when it is over. `ask`: the board should
 * tell and does not, so that only the server can.
 */
export async function placeByDraw(place: Place, board: Board): Promise<{ place: Place; ask: boolean }> {
  const { score, state, round } = place;
  const waits = state === 'waiting' || state === 'lobby';
  const secret = round === undefined ? board.phase === 'lobby' : !isRoundOver(round.minute, board.at);
  if (score !== undefined || !waits || secret) return { place, ask: false };
  const drawn = await scoreOnBoard(board, place);
  return drawn === null ? { place, ask: true } : { place: { ...place, state: 'waiting', score: drawn }, ask: false };
}

/** Whether a board is older than another of its room; the same tick may come again, held or stale. */
export const isOlder = (board: Board, than: Board): boolean =>
  board.epoch < than.epoch || (board.epoch === than.epoch && board.tick < than.tick);

/** A place that the server told, with the same promise: the position does not rise within an epoch and a state. */
export function placeFromServer(before: Place | null, told: Place): Place {
  const comparable =
    before !== null && before.epoch === told.epoch && before.state === told.state && before.ticketId === told.ticketId;
  if (!comparable || before.ahead === null || told.ahead === null || told.ahead <= before.ahead) return told;
  return { ...told, ahead: before.ahead, position: before.ahead + 1 };
}

/**
 * Whether it is time to ask (`POST passes`, or `here` on the socket): when called, when the answer has to be repeated, when the board
 * says that people like us were let in, and to claim (WAITING-ROOM §1).
 */
export function isTimeToAsk(place: Place, board: Board, memory: AskMemory, nowMs: number): boolean {
  if (place.state === 'admitted') return nowMs >= memory.lastAskMs + ASK_GAP_MS / 2;
  if (place.state === 'active' || place.state === 'spent' || board.phase === 'lobby') return false;
  if (memory.askAtMs !== null && nowMs >= memory.askAtMs) return true;
  return nowMs >= memory.lastAskMs + ASK_GAP_MS && boardCalls(place, board);
}

function boardCalls(place: Place, board: Board): boolean {
  const lane = board.lanes[place.lane];
  // Where everyone is let in, a whole round is called before its draw is told.
  const known = place.score ?? (place.round && lastScoreOf(place.round));
  if (lane === undefined || known === undefined) return false;
  const score = Number(known);
  if (place.state === 'late') return place.lateAt !== undefined && lane.lateTo >= place.lateAt;
  if (place.state === 'ready') return Number(lane.admittedTo) >= score;
  return Number(lane.calledTo) >= score;
}
