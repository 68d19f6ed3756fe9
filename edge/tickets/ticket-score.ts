import { drawScore, roundSeed } from '../../contracts/draw.ts';
import { isRoundOver, roundMinuteAt, type Round } from '../../contracts/rounds.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import type { RoundDraws } from '../../redis/room/join.ts';
import type { RoomInfo } from '../../redis/room/room-info.ts';

type Carried = { room: string; ticketId: string; lane: string; score?: string; round?: Round };

/**
 * The part of a lobby ticket's score that the draw decides, in [0, 1). Undefined once the room is open: a lobby never comes back, and
 * the join script asks for the fraction in a lobby only.
 */
export async function drawFraction(room: RoomInfo, ticketId: string): Promise<number | undefined> {
  if (room.opensAtMs === null || room.board.phase === 'open') return undefined;
  return drawScore(room.drawSeed, ticketId, 0);
}

/**
 * A new ticket's draws in a `random` room, for this clock's minute and its neighbours: which of them Redis is in only the join script
 * knows. Undefined where nothing is drawn.
 */
export async function roundDraws(
  info: RoomInfo,
  { room, ticketId }: { room: string; ticketId: string },
  nowMs: number,
): Promise<RoundDraws | undefined> {
  const { queueingMethod, roundSecret } = info;
  if (queueingMethod !== 'random' || roundSecret === null) return undefined;
  const minute = roundMinuteAt(nowMs) - 1;
  const drawIn = async (at: number) => drawScore(await roundSeed(roundSecret, room, at), ticketId, 0);
  return { minute, draws: await Promise.all([drawIn(minute), drawIn(minute + 1), drawIn(minute + 2)]) };
}

/**
 * The score of a ticket as the scripts take it: its own, the lobby's base + draw, or its round's. Undefined while the lobby has no base
 * yet. Not for the visitor's eyes before the room has opened or the round is over (`mayKnowScore`): people would join again until they
 * like it (WAITING-ROOM §2). Throws `room_recovering` while an older worker's settings stand.
 */
export async function ticketScore(info: RoomInfo, ticket: Carried): Promise<string | undefined> {
  const { score, round, room, ticketId, lane } = ticket;
  if (score !== undefined) return score;
  if (round !== undefined) {
    // Without its score it would pass for a newcomer.
    if (info.roundSecret === null) throw new OperatingError('room_recovering');
    return String(await drawScore(await roundSeed(info.roundSecret, room, round.minute), ticketId, round.base));
  }
  const base = info.board.lanes[lane]?.base;
  return base === undefined ? undefined : String(await drawScore(info.drawSeed, ticketId, Number(base)));
}

/** Whether whoever holds the ticket may know its score, as far as rounds go. `nowMs`: Redis time, or a board's `at`, never the edge's. */
export const mayKnowScore = ({ round }: { round?: Round }, nowMs: number): boolean =>
  round === undefined || isRoundOver(round.minute, nowMs);

/** A ticket with its score, as the personal scripts take it. */
export async function withScore<T extends Carried>(info: RoomInfo, ticket: T): Promise<T> {
  const score = await ticketScore(info, ticket);
  return score === undefined ? ticket : { ...ticket, score };
}
