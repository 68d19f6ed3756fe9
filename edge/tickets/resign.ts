import { QUEUE_TICKET_TTL_SECONDS } from '../../contracts/limits.ts';
import { signQueueTicket } from '../../tokens/queue-ticket.sign.ts';
import type { EdgeContext } from '../http/context.ts';
import { putCookie } from '../http/cookies.ts';
import type { Ticket } from './read-ticket.ts';

/**
 * The same ticket under the key that signs now, in the cookie too; nothing for a ticket that has that key already. Its end stays: a
 * spent ticket is remembered until then, and a longer one would outlive that.
 */
export async function resigned(c: EdgeContext, ticket: Ticket): Promise<{ ticket?: string }> {
  if (!ticket.isOld) return {};
  const { config, keys } = c.get('ports');
  const { room, ticketId, lane, score, round, identity, expMs } = ticket;
  const token = await signQueueTicket(keys.queueKey, {
    issuer: config.origin,
    room,
    ticketId,
    lane,
    ...(score === undefined ? {} : { score }),
    ...(round === undefined ? {} : { round }),
    ...(identity === undefined ? {} : { identity }),
    nowMs: expMs - QUEUE_TICKET_TTL_SECONDS * 1000,
  });
  putCookie(c, 'ticket', room, token, expMs);
  return { ticket: token };
}
