import { leaveRoom } from '../../redis/room/leave.ts';
import type { EdgeContext } from '../http/context.ts';
import { clearCookie } from '../http/cookies.ts';
import { requireOwnOrigin } from '../http/own-origin.ts';
import { roomParameter } from '../rooms/room-parameter.ts';
import { requireTicket } from './read-ticket.ts';
import { withScore } from './ticket-score.ts';

/** `DELETE tickets/me`: gives the place up (204); with it a session that the ticket has. Both cookies go. Repeatable. */
export async function giveUp(c: EdgeContext): Promise<Response> {
  const room = roomParameter(c);
  const ticket = await requireTicket(c, room);
  requireOwnOrigin(c, ticket.via);
  const info = await c.get('rooms').read(c.get('store'), room);
  await leaveRoom(c.get('store'), await withScore(info, ticket));
  clearCookie(c, 'ticket', room);
  clearCookie(c, 'pass', room);
  return c.body(null, 204);
}
