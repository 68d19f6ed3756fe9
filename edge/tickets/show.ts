import type { Place } from '../../contracts/place.ts';
import { readPlace } from '../../redis/room/read-place.ts';
import type { EdgeContext } from '../http/context.ts';
import { roomParameter } from '../rooms/room-parameter.ts';
import { answerPlace } from './answer-place.ts';
import { lookLimit } from './limits.ts';
import { requireTicket } from './read-ticket.ts';
import { resigned } from './resign.ts';
import { withScore } from './ticket-score.ts';
import { placeFromFacts } from './to-place.ts';

/** `GET tickets/me`: the exact place, 30 times a minute. Changes nothing. */
export async function showTicket(c: EdgeContext): Promise<Response> {
  return answerPlace(c, await exactPlace(c, roomParameter(c)), 200);
}

/** The exact place of the request's ticket. Throws the codes of `requireTicket`, `rate_limited`, `room_recovering`. */
export async function exactPlace(c: EdgeContext, room: string): Promise<Place> {
  const ticket = await requireTicket(c, room);
  const info = await c.get('rooms').read(c.get('store'), room);
  const facts = await readPlace(c.get('store'), await withScore(info, ticket), lookLimit(ticket.ticketId));
  return { ...(await resigned(c, ticket)), ...placeFromFacts(ticket, info, facts) };
}
