import * as v from 'valibot';
import type { PassGrant } from '../../contracts/place.ts';
import { isoTime } from '../../platform/clock.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import { answerCall } from '../../redis/room/answer.ts';
import type { RoomInfo } from '../../redis/room/room-info.ts';
import { signAccessPass } from '../../tokens/access-pass.sign.ts';
import { answerWhole } from '../http/answer.ts';
import type { EdgeContext } from '../http/context.ts';
import { putCookie } from '../http/cookies.ts';
import { returnQuery, returnUrl } from '../http/return-url.ts';
import { isFormPost, requireOwnOrigin } from '../http/own-origin.ts';
import { readBytes, readJson } from '../http/read-body.ts';
import { roomParameter } from '../rooms/room-parameter.ts';
import { answerPlace } from '../tickets/answer-place.ts';
import { requireTicket, type Ticket } from '../tickets/read-ticket.ts';
import { resigned } from '../tickets/resign.ts';
import { withScore } from '../tickets/ticket-score.ts';
import { placeFromFacts } from '../tickets/to-place.ts';

/**
 * `POST passes`, the visitor's one question: answers the call, keeps ready and claims. 202 with the place while it is not yet time,
 * 201 with the pass once admitted (each tab its own pass of the same session). Throws the codes of `requireTicket` and
 * `requireOwnOrigin`, `ticket_spent`, `room_recovering`, `store_unavailable`.
 */
export async function answer(c: EdgeContext): Promise<Response> {
  const room = roomParameter(c);
  const ticket = await requireTicket(c, room);
  requireOwnOrigin(c, ticket.via);
  const form = isFormPost(c);
  // The call takes no fields; what comes is still judged, so that a mistake is told and not swallowed.
  if (form) await readBytes(c);
  else await readJson(c, v.strictObject({}));
  const info = await c.get('rooms').read(c.get('store'), room);
  const back = returnUrl(c, info);
  const facts = await answerCall(c.get('store'), await withScore(info, ticket), true);
  if (facts.state === 'active' && facts.untilMs !== null)
    return grant(c, back ?? shopUrlOf(room, info), ticket, facts.untilMs, form);
  const renewed = await resigned(c, ticket);
  if (form) return c.redirect(`/rooms/${room}${returnQuery(back)}`, 303);
  if (facts.state === 'spent') throw new OperatingError('ticket_spent');
  return answerPlace(c, { ...renewed, ...placeFromFacts(ticket, info, facts) }, 202);
}

/** Where admitted visitors of a room go. */
export const shopUrlOf = (room: string, info: Pick<RoomInfo, 'shopUrl'>): string =>
  info.shopUrl ?? `/shop/?room=${room}`;

async function grant(
  c: EdgeContext,
  shopUrl: string,
  { room, ticketId, lane, identity }: Ticket,
  sessionEndsAtMs: number,
  form: boolean,
): Promise<Response> {
  const { clock, config, keys } = c.get('ports');
  const nowMs = clock.nowMs();
  const pass = await signAccessPass(keys.passKey, {
    issuer: config.origin,
    room,
    ticketId,
    lane,
    ...(identity === undefined ? {} : { identity }),
    sessionEndsAtMs,
    nowMs,
  });
  putCookie(c, 'pass', room, pass, sessionEndsAtMs);
  if (form) {
    c.header('Cache-Control', 'no-store');
    return c.redirect(shopUrl, 303);
  }
  const body: PassGrant = { pass, sessionEndsAt: isoTime(sessionEndsAtMs), shopUrl, now: isoTime(nowMs) };
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' };
  return answerWhole(c, JSON.stringify(body), 201, headers);
}
