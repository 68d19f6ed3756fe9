import { joinRequestSchema, type JoinRequest, type Place } from '../../contracts/place.ts';
import { QUEUE_TICKET_TTL_SECONDS } from '../../contracts/limits.ts';
import type { Round } from '../../contracts/rounds.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import { newTicketId } from '../../platform/random.ts';
import { joinRoom } from '../../redis/room/join.ts';
import type { PlaceFacts } from '../../redis/room/place-reply.ts';
import type { RoomInfo } from '../../redis/room/room-info.ts';
import { signQueueTicket } from '../../tokens/queue-ticket.sign.ts';
import type { EdgeContext } from '../http/context.ts';
import { requireSolved } from '../challenge/challenge.ts';
import { requireIdentity } from '../identity/require-identity.ts';
import { putCookie } from '../http/cookies.ts';
import { returnQuery, returnUrl } from '../http/return-url.ts';
import { isFormPost, requireOwnOrigin } from '../http/own-origin.ts';
import { readBytes, readJson } from '../http/read-body.ts';
import { roomParameter } from '../rooms/room-parameter.ts';
import { answerPlace } from './answer-place.ts';
import { joinLimit, returnLimit } from './limits.ts';
import { openLane, wishOfForm } from './open-lane.ts';
import { readTicket, type Ticket } from './read-ticket.ts';
import { repeatableId } from './repeatable-join.ts';
import { resigned } from './resign.ts';
import { drawFraction, roundDraws, withScore } from './ticket-score.ts';
import { placeFromFacts } from './to-place.ts';

/**
 * `POST tickets`: a new place (201), or the place of the ticket that came along (200). The ticket id makes it repeatable, and before
 * there is a ticket the `Idempotency-Key` does, where an identity stands behind it. A spent ticket gets a new place. What costs the store
 * nothing is judged first. Throws the codes of `readTicket`, `requireOwnOrigin`, `readJson`, `requireIdentity`, `requireSolved`, `openLane`
 * and the join script, `rate_limited`.
 */
export async function join(c: EdgeContext): Promise<Response> {
  const room = roomParameter(c);
  const ticket = await readTicket(c, room);
  requireOwnOrigin(c, ticket?.via ?? 'none');
  const form = isFormPost(c);
  const wish: JoinRequest = form ? wishOfForm(await readBytes(c)) : await readJson(c, joinRequestSchema);
  const info = await c.get('rooms').read(c.get('store'), room);
  const back = returnUrl(c, info);
  const known = ticket === null ? null : await comeBack(c, info, ticket);
  const place = known ?? (await newPlace(c, info, wish));
  if (form) return c.redirect(`/rooms/${room}${returnQuery(back)}`, 303);
  return answerPlace(c, place, known === null ? 201 : 200);
}

/** The place of a known ticket; null when it is spent. */
async function comeBack(c: EdgeContext, info: RoomInfo, ticket: Ticket): Promise<Place | null> {
  const fraction = ticket.score === undefined ? await drawFraction(info, ticket.ticketId) : undefined;
  const draw = fraction === undefined ? {} : { drawFraction: fraction };
  const request = { ...(await withScore(info, ticket)), ...draw, limit: returnLimit(ticket.ticketId) };
  const facts = await joinRoom(c.get('store'), request);
  if (facts.state === 'spent') return null;
  return { ...(await resigned(c, ticket)), ...placeFromFacts(ticket, info, facts) };
}

async function newPlace(c: EdgeContext, info: RoomInfo, wish: JoinRequest): Promise<Place> {
  const identity = await requireIdentity(c, info, wish.identity);
  await requireSolved(c, info, wish.challenge);
  const lane = await openLane(c, info, wish);
  return takePlace(c, info, { lane, ...(identity === undefined ? {} : { identity }) });
}

type Newcomer = Pick<Ticket, 'lane' | 'identity'>;

async function takePlace(c: EdgeContext, info: RoomInfo, who: Newcomer): Promise<Place> {
  const repeatable = await repeatableId(c, info, who);
  const place = repeatable === null ? null : await placeWithId(c, info, who, repeatable);
  return place ?? (await placeWithId(c, info, who, newTicketId(c.get('ports').random))) ?? raiseSpent();
}

/** A new ticket's place; null when the id is that of an earlier join whose ticket is over. */
async function placeWithId(c: EdgeContext, info: RoomInfo, who: Newcomer, ticketId: string): Promise<Place | null> {
  const { room } = info.board;
  const nowMs = c.get('ports').clock.nowMs();
  // To the second, as the ticket itself will say it.
  const expMs = (Math.floor(nowMs / 1000) + QUEUE_TICKET_TTL_SECONDS) * 1000;
  const fraction = await drawFraction(info, ticketId);
  const rounds = await roundDraws(info, { room, ticketId }, nowMs);
  const draw = {
    ...(fraction === undefined ? {} : { drawFraction: fraction }),
    ...(rounds === undefined ? {} : { roundDraws: rounds }),
  };
  const request = { room, ticketId, ...who, expMs, ...draw, limit: joinLimit(c, info.joinsPerClientPerMinute) };
  const facts = await joinRoom(c.get('store'), request);
  if (facts.state === 'spent') return null;
  // A repeated join gets the ticket that it was to get: a later end would outlive what is remembered of a spent one.
  const endMs = facts.ticketEndMs ?? expMs;
  const issuedMs = facts.ticketEndMs === null ? nowMs : endMs - QUEUE_TICKET_TTL_SECONDS * 1000;
  const ticket = await signTicket(c, { room, ticketId, ...who, nowMs: issuedMs }, facts);
  putCookie(c, 'ticket', room, ticket, endMs);
  const round = facts.round === null ? {} : { round: facts.round };
  return { ticket, ...placeFromFacts({ room, ticketId, lane: who.lane, ...round }, info, facts) };
}

/** An id drawn just now was never spent. */
function raiseSpent(): never {
  throw new OperatingError('ticket_spent');
}

function signTicket(
  c: EdgeContext,
  who: Pick<Ticket, 'room' | 'ticketId' | 'lane' | 'identity'> & { nowMs: number },
  facts: PlaceFacts,
): Promise<string> {
  const { config, keys } = c.get('ports');
  return signQueueTicket(keys.queueKey, { issuer: config.origin, ...who, ...placeOnTicket(facts) });
}

/** A lobby visitor's ticket carries no score, and a round's the round only: it could be read from the token before the draw is public. */
function placeOnTicket({ state, score, round }: PlaceFacts): { score?: string; round?: Round } {
  if (round !== null) return { round };
  return state === 'lobby' || score === null ? {} : { score };
}
