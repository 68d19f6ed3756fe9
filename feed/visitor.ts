import type { Board } from '../contracts/board.ts';
import { QUEUE_TICKET_TTL_SECONDS } from '../contracts/limits.ts';
import type { Round } from '../contracts/rounds.ts';
import { scoreOnBoard } from '../contracts/score-on-board.ts';
import type { FeedHelloClaims } from '../contracts/token-claims.ts';
import type { TicketRef } from '../redis/room/ticket-keys.ts';
import type { Outbox } from './outbox.ts';

/** One socket of one ticket in a room. Two tabs are two visitors with the same ticket id. */
export type Visitor = {
  room: string;
  ticketId: string;
  lane: string;
  /** Absent for a ticket of the lobby or of a round until the draw's seed is out. */
  score?: string;
  round?: Round;
  expMs: number;
  outbox: Outbox;
};

/**
 * A visitor from verified claims. A feed token does not tell when its queue ticket ends; the latest possible end is as good, since
 * it only bounds how long a spent ticket is remembered.
 */
export function createVisitor(claims: FeedHelloClaims, outbox: Outbox): Visitor {
  return {
    room: claims.room,
    ticketId: claims.sub,
    lane: claims.lane,
    ...(claims.score === undefined ? {} : { score: claims.score }),
    ...(claims.round === undefined ? {} : { round: claims.round }),
    expMs: (claims.iat + QUEUE_TICKET_TTL_SECONDS) * 1000,
    outbox,
  };
}

/** Gives a visitor of the lobby or of a round the score that the draw gave its ticket, once the board tells the seed. */
export async function learnScore(visitor: Visitor, board: Board): Promise<void> {
  if (visitor.score !== undefined) return;
  const score = await scoreOnBoard(board, visitor);
  if (score !== null) visitor.score = score;
}

/** The visitor's ticket as the scripts take it. */
export const ticketOf = ({ room, ticketId, lane, score, expMs }: Visitor): TicketRef => ({
  room,
  ticketId,
  lane,
  expMs,
  ...(score === undefined ? {} : { score }),
});
