import { drawScore } from '../../contracts/draw.ts';
import type { RoomInfo } from '../../redis/room/room-info.ts';

/**
 * The part of a lobby ticket's score that the draw decides, in [0, 1). Undefined once the room is open: a lobby never comes back, and
 * the join script asks for the fraction in a lobby only.
 */
export async function drawFraction(room: RoomInfo, ticketId: string): Promise<number | undefined> {
  if (room.opensAtMs === null || room.board.phase === 'open') return undefined;
  return drawScore(room.drawSeed, ticketId, 0);
}

/**
 * The score of a ticket as the scripts take it: its own, or the lobby's base + draw. Undefined while the lobby has no base yet.
 * Not for the visitor's eyes before the room has opened: people would join again until they like it (WAITING-ROOM §2).
 */
export async function ticketScore(
  room: RoomInfo,
  ticket: { ticketId: string; lane: string; score?: string },
): Promise<string | undefined> {
  if (ticket.score !== undefined) return ticket.score;
  const base = room.board.lanes[ticket.lane]?.base;
  if (base === undefined) return undefined;
  return String(await drawScore(room.drawSeed, ticket.ticketId, Number(base)));
}

/** A ticket with its score, as the personal scripts take it. */
export async function withScore<T extends { ticketId: string; lane: string; score?: string }>(
  room: RoomInfo,
  ticket: T,
): Promise<T> {
  const score = await ticketScore(room, ticket);
  return score === undefined ? ticket : { ...ticket, score };
}
