import { QUEUE_TICKET_TTL_SECONDS } from '../../contracts/limits.ts';
import { leaveRoom } from '../../redis/room/leave.ts';
import type { EdgeContext } from '../http/context.ts';
import { clearCookie } from '../http/cookies.ts';
import { requireOwnOrigin } from '../http/own-origin.ts';
import { roomParameter } from '../rooms/room-parameter.ts';
import { requirePass } from './read-pass.ts';

/** `DELETE passes/me`: ends the session (204); the slot is free by the next tick. Repeatable while the pass lives. */
export async function endSession(c: EdgeContext): Promise<Response> {
  const room = roomParameter(c);
  const { claims, via } = await requirePass(c, room);
  requireOwnOrigin(c, via);
  await c.get('rooms').read(c.get('store'), room);
  // A pass does not know its ticket's end, so the longest that a ticket of today can have is taken.
  const expMs = c.get('ports').clock.nowMs() + QUEUE_TICKET_TTL_SECONDS * 1000;
  await leaveRoom(c.get('store'), { room, ticketId: claims.sub, lane: claims.lane, expMs });
  clearCookie(c, 'pass', room);
  return c.body(null, 204);
}
