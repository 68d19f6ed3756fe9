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
  /** Absent for those who joined in the lobby. */
  score?: string;
  expMs: number;
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
  const { keys, clock } = c.get('ports');
  const result = await keys.checkTicket(token, room, clock.nowMs());
  if (result.ok && isTicketId(result.claims.sub)) {
    const { sub, lane, score, exp } = result.claims;
    return { room, ticketId: sub, lane, ...(score === undefined ? {} : { score }), expMs: exp * 1000, via };
  }
  if (via === 'cookie') clearCookie(c, 'ticket', room);
  throw new OperatingError(result.ok ? 'ticket_invalid' : REFUSALS[result.reason]);
}

/** As `readTicket`, but a ticket there must be. Throws `unauthenticated` too. */
export async function requireTicket(c: EdgeContext, room: string): Promise<Ticket> {
  const ticket = await readTicket(c, room);
  if (ticket === null) throw new OperatingError('unauthenticated', { detail: 'Send the queue ticket.' });
  return ticket;
}

const REFUSALS = { invalid: 'ticket_invalid', expired: 'ticket_expired', wrong_audience: 'ticket_wrong_room' } as const;
