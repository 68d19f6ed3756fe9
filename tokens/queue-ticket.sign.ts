import { QUEUE_TICKET_TTL_SECONDS } from '../contracts/limits.ts';
import type { Round } from '../contracts/rounds.ts';
import { signJwt, type SigningKey } from './jwt.ts';
import { QUEUE_TICKET, queueAudience } from './kinds.ts';

/** A place to be signed: `score` is absent for those whose order comes from a draw, of the lobby or of their `round`. */
export type QueueTicket = {
  issuer: string;
  room: string;
  ticketId: string;
  lane: string;
  score?: string;
  round?: Round;
  /** Hash of the identity it was given to. */
  identity?: string;
  nowMs: number;
};

/** Signs a queue ticket (HS256, 24 h): the receipt of a place, which only the edge reads. */
export function signQueueTicket(key: SigningKey, ticket: QueueTicket): Promise<string> {
  const iat = Math.floor(ticket.nowMs / 1000);
  return signJwt(QUEUE_TICKET, key, {
    iss: ticket.issuer,
    aud: queueAudience(ticket.room),
    sub: ticket.ticketId,
    lane: ticket.lane,
    ...(ticket.score === undefined ? {} : { score: ticket.score }),
    ...(ticket.round === undefined ? {} : { round: ticket.round }),
    ...(ticket.identity === undefined ? {} : { identity: ticket.identity }),
    iat,
    exp: iat + QUEUE_TICKET_TTL_SECONDS,
  });
}
