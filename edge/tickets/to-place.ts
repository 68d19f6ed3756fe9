import { aheadOf, estimateWaitMs, pollAfterMs } from '../../contracts/board.ts';
import type { Place, PlaceState } from '../../contracts/place.ts';
import { isoTime } from '../../platform/clock.ts';
import type { PlaceFacts } from '../../redis/room/place-reply.ts';
import type { RoomInfo } from '../../redis/room/room-info.ts';

type Who = { room: string; ticketId: string; lane: string };

/** States in which somebody still waits to be let in: these answers carry `Retry-After`. */
export const WAITING_STATES: readonly PlaceState[] = ['lobby', 'waiting', 'called', 'ready', 'late', 'admitted'];

/** The place as the store knows it (API.md, **place**). A lobby score stays inside, a spent one too. */
export function placeFromFacts(who: Who, room: RoomInfo, facts: PlaceFacts): Place {
  const score = facts.state === 'lobby' || facts.state === 'spent' ? null : facts.score;
  return {
    ...whose(who),
    ...(score === null ? {} : { score }),
    state: facts.state,
    ...(facts.lateAtMs === null ? {} : { lateAt: facts.lateAtMs }),
    ...(facts.againMs === null ? {} : { againMs: facts.againMs }),
    ...numbers(room, facts.ahead),
    pollAfterMs: pollAfterMs(room.board, who.lane, score === null ? null : Number(score), facts.nowMs),
    epoch: facts.epoch,
    now: isoTime(facts.nowMs),
  };
}

/** The place of somebody far from the head, by the board alone; costs the store nothing. `score` null: still a lobby. */
export function placeFromBoard(who: Who, room: RoomInfo, score: string | null, nowMs: number): Place {
  const { board } = room;
  const lane = board.lanes[who.lane];
  const ahead = lane === undefined || score === null ? null : aheadOf(lane, Number(score));
  return {
    ...whose(who),
    ...(score === null ? {} : { score }),
    state: score === null ? 'lobby' : 'waiting',
    ...numbers(room, ahead),
    pollAfterMs: pollAfterMs(board, who.lane, score === null ? null : Number(score), nowMs),
    epoch: board.epoch,
    now: isoTime(nowMs),
  };
}

/** When to come again, in whole seconds: what `Retry-After` and `Refresh` say. */
export const comeAgainSeconds = (place: Place): number =>
  Math.max(1, Math.ceil(Math.min(place.againMs ?? place.pollAfterMs, place.pollAfterMs) / 1000));

/** The board's address. */
export const boardUrl = (room: string): string => `/api/rooms/${room}/board`;

const whose = ({ room, ticketId, lane }: Who) => ({ ticketId, room, lane, boardUrl: boardUrl(room) });

const numbers = ({ board }: RoomInfo, ahead: number | null) => ({
  position: ahead === null ? null : ahead + 1,
  ahead,
  estimatedWaitMs: ahead === null ? null : estimateWaitMs(board, ahead),
});
