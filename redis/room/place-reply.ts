import { PLACE_STATES, type PlaceState } from '../../contracts/place.ts';
import type { Round } from '../../contracts/rounds.ts';
import { asList, asNumber, asNumberOrNull, asText, asTextOrNull } from '../reply.ts';
import type { RedisReply } from '../script-client.ts';

/** What every personal room script answers: where one ticket stands, as Redis knows it. Times are Redis ms. */
export type PlaceFacts = {
  state: PlaceState;
  /** Null for a lobby ticket before the opening. */
  score: string | null;
  /** People of the lane ahead; null when it has no meaning (lobby, admitted, active, spent). */
  ahead: number | null;
  /** Repeat the answer after this many ms (ready, late, and an admitted key that is not yet committed). */
  againMs: number | null;
  /** Time of the first late answer. */
  lateAtMs: number | null;
  /** End of the session (active) or of the claim window (admitted). */
  untilMs: number | null;
  epoch: number;
  nowMs: number;
  /** The round of who joined one; told by a join only. */
  round: Round | null;
  /** When the ticket ends that this id was given before, where a new join was a repeated one; told by a join only. */
  ticketEndMs: number | null;
};

/** Reads the eight values that every personal script replies with, and the two more of a join. */
export function toPlaceFacts(reply: RedisReply): PlaceFacts {
  const [state, score, ahead, againMs, lateAtMs, untilMs, epoch, nowMs, minute, endMs] = asList(reply, 8);
  const drawnIn = asNumberOrNull(minute);
  return {
    state: toState(asText(state)),
    score: asTextOrNull(score),
    ahead: asNumberOrNull(ahead),
    againMs: asNumberOrNull(againMs),
    lateAtMs: asNumberOrNull(lateAtMs),
    untilMs: asNumberOrNull(untilMs),
    epoch: asNumber(epoch),
    nowMs: asNumber(nowMs),
    round: drawnIn === null ? null : { minute: drawnIn, base: Math.floor(asNumber(score)) },
    ticketEndMs: asNumberOrNull(endMs),
  };
}

function toState(text: string): PlaceState {
  const state = PLACE_STATES.find((name) => name === text);
  if (state === undefined) throw new TypeError('a script replied with an unknown state');
  return state;
}
