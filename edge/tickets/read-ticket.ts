import type { Round } from '../../contracts/rounds.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import { isTicketId } from '../../platform/random.ts';
import { bearerToken } from '../http/bearer.ts';
import { clearCookie, readCookie } from '../http/cookies.ts';
import type { EdgeContext } from '../http/context.ts';

/** A checked queue ticket and how it came. Whether it is spent only the store knows. */
export type Ticket = {
  room: string;
  ticketId: string;
  lane: string;
  /** Absent for those who joined in the lobby or in a round. */
  score?: string;
  round?: Round;
  /** Hash of the identity it was given to, where the room asked for one. */
  identity?: string;
  expMs: number;
  /** Signed by a key on its way out: whoever answers gives a new one along (`resigned`). */
  isOld: boolean;
  via: 'bearer' | 'cookie';
};

/**
 * The request's queue ticket, null when it carries none. Bearer goes before cookie. No store is asked. Throws `ticket_invalid`
 * (forged, malformed, another kind), `ticket_expired`, `ticket_wrong_room`; a refused cookie is taken away.
 */
export async function readTicket(c: EdgeContext, room: string): Promise<Ticket | null> {
  const bearer = bearerToken(c);
  const token = bearer ?? readCookie(c, 'ticket', room);
  if (token === null) return null;
  const via = bearer === null ? 'cookie' : 'bearer';
  try {
    return { ...(await checkTicket(c, room, token)), via };
  } catch (error) {
    if (via === 'cookie' && error instanceof OperatingError) clearCookie(c, 'ticket', room);
    throw error;
  }
}

/** Checks a queue ticket for a room. No store is asked. Throws `ticket_invalid`, `ticket_expired`, `ticket_wrong_room`. */
export async function checkTicket(c: EdgeContext, room: string, token: string): Promise<Omit<Ticket, 'via'>> {
  const { keys, clock } = c.get('ports');
  const result = await keys.checkTicket(token, room, clock.nowMs());
  if (!result.ok) throw new OperatingError(REFUSALS[result.reason]);
  const { sub, lane, score, round, identity, exp } = result.claims;
  if (!isTicketId(sub)) throw new OperatingError('ticket_invalid');
  return {
    room,
    ticketId: sub,
    lane,
    ...(score === undefined ? {} : { score }),
    ...(round === undefined ? {} : { round }),
    ...(identity === undefined ? {} : { identity }),
    expMs: exp * 1000,
    isOld: keys.isOldTicket(token),
  };
}

/** As `readTicket`, but a ticket there must be. Throws `unauthenticated` too. */
export async function requireTicket(c: EdgeContext, room: string): Promise<Ticket> {
  const ticket = await readTicket(c, room);
  if (ticket === null) throw new OperatingError('unauthenticated', { detail: 'Send the queue ticket.' });
  return ticket;
}

const REFUSALS = { invalid: 'ticket_invalid', expired: 'ticket_expired', wrong_audience: 'ticket_wrong_room' } as const;
