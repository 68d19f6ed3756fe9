import { aheadOf, estimateWaitMs, pollAfterMs } from '../../contracts/board.ts';
import type { Place, PlaceState } from '../../contracts/place.ts';
import { isRoundOver, roundEndMs, type Round } from '../../contracts/rounds.ts';
import { isoTime } from '../../platform/clock.ts';
import type { PlaceFacts } from '../../redis/room/place-reply.ts';
import type { RoomInfo } from '../../redis/room/room-info.ts';
import { mayKnowScore } from './ticket-score.ts';

type Who = { room: string; ticketId: string; lane: string; round?: Round };

/** States in which somebody still waits to be let in: these answers carry `Retry-After`. */
export const WAITING_STATES: readonly PlaceState[] = ['lobby', 'waiting', 'called', 'ready', 'late', 'admitted'];

/** The place as the store knows it (API.md, **place**). A lobby score stays inside, that of an open round and a spent one too. */
export function placeFromFacts(who: Who, room: RoomInfo, facts: PlaceFacts): Place {
  const told = mayKnowScore(who, facts.nowMs);
  const score = facts.state === 'lobby' || facts.state === 'spent' || !told ? null : facts.score;
  return {
    ...whose(who),
    ...(score === null ? {} : { score }),
    state: facts.state,
    ...(facts.lateAtMs === null ? {} : { lateAt: facts.lateAtMs }),
    ...(facts.againMs === null ? {} : { againMs: facts.againMs }),
    ...numbers(room, who.lane, told ? facts.ahead : null),
    // How fast the late ones go by is not measured: their share depends on who else is ready.
    ...(facts.state === 'late' ? { estimatedWaitMs: null } : {}),
    pollAfterMs: lookAfterMs(who, room, { state: facts.state, score, nowMs: facts.nowMs }),
    epoch: facts.epoch,
    now: isoTime(facts.nowMs),
  };
}

/**
 * The place of somebody far from the head, by the board alone; costs the store nothing. `score` null: it may not be known yet. What may
 * be known is judged by the board's time, since the edge's own may lie ahead of Redis.
 */
export function placeFromBoard(who: Who, room: RoomInfo, score: string | null, nowMs: number): Place {
  const { board } = room;
  const lane = board.lanes[who.lane];
  const known = mayKnowScore(who, board.at) ? score : null;
  const ahead = lane === undefined || known === null ? null : aheadOf(lane, Number(known));
  const state = score === null ? 'lobby' : 'waiting';
  return {
    ...whose(who),
    ...(known === null ? {} : { score: known }),
    state,
    ...numbers(room, who.lane, ahead),
    pollAfterMs: lookAfterMs(who, room, { state, score: known, nowMs }),
    epoch: board.epoch,
    now: isoTime(nowMs),
  };
}

/** Who waits for the end of a round has nothing to look for before it; afterwards not all at the same moment, in ms. */
const ROUND_SPREAD_MS = 1750;
const ROUND_LEAST_MS = 250;

function lookAfterMs(
  { lane, round, ticketId }: Who,
  { board, queueingMethod }: RoomInfo,
  { state, score, nowMs }: { state: PlaceState; score: string | null; nowMs: number },
): number {
  // Where everyone is let in, nobody waits for a draw.
  const waits = state === 'waiting' && score === null && queueingMethod !== 'passthrough';
  if (!waits || round === undefined || isRoundOver(round.minute, nowMs))
    return pollAfterMs(board, lane, score === null ? null : Number(score), nowMs);
  return roundEndMs(round.minute) - nowMs + ROUND_LEAST_MS + Math.floor(spreadOf(ticketId) * ROUND_SPREAD_MS);
}

/** A ticket's own share in [0, 1): ids are random, so it spreads visitors evenly and is the same at each look. */
const spreadOf = (ticketId: string): number =>
  (((ticketId.codePointAt(0) ?? 0) * 61 + (ticketId.codePointAt(1) ?? 0) * 7) % 100) / 100;

/** When to come again, in whole seconds: what `Retry-After` and `Refresh` say. */
export const comeAgainSeconds = (place: Place): number =>
  Math.max(1, Math.ceil(Math.min(place.againMs ?? place.pollAfterMs, place.pollAfterMs) / 1000));

/** The board's address. */
export const boardUrl = (room: string): string => `/api/rooms/${room}/board`;

const whose = ({ room, ticketId, lane, round }: Who) => ({
  ticketId,
  room,
  lane,
  ...(round === undefined ? {} : { round }),
  boardUrl: boardUrl(room),
});

const numbers = ({ board }: RoomInfo, lane: string, ahead: number | null) => ({
  position: ahead === null ? null : ahead + 1,
  ahead,
  estimatedWaitMs: ahead === null ? null : estimateWaitMs(board, lane, ahead),
});
