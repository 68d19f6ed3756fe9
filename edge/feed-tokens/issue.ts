import * as v from 'valibot';
import type { FeedTokenGrant } from '../../contracts/place.ts';
import { signFeedHello } from '../../tokens/feed-hello.sign.ts';
import type { EdgeContext } from '../http/context.ts';
import { requireOwnOrigin } from '../http/own-origin.ts';
import { readJson } from '../http/read-body.ts';
import { roomParameter } from '../rooms/room-parameter.ts';
import { requireTicket, type Ticket } from '../tickets/read-ticket.ts';
import { mayKnowScore, ticketScore } from '../tickets/ticket-score.ts';

/**
 * `POST feed-tokens`: a token of 60 s that tells the feed whose socket it is, and where the room's socket is. A visitor of a round
 * gets the score along once the round is over; until then the feed learns it from the board. No visitor's call to the store. Throws
 * the codes of `requireTicket` and `requireOwnOrigin`.
 */
export async function issueFeedToken(c: EdgeContext): Promise<Response> {
  const room = roomParameter(c);
  const ticket = await requireTicket(c, room);
  const { ticketId, lane, round } = ticket;
  requireOwnOrigin(c, ticket.via);
  await readJson(c, v.strictObject({}));
  const { clock, config, keys } = c.get('ports');
  const score = ticket.score ?? (await scoreOfRound(c, ticket));
  const place = { ...(score === undefined ? {} : { score }), ...(round === undefined ? {} : { round }) };
  const hello = { issuer: config.origin, room, ticketId, lane, ...place };
  const token = await signFeedHello(keys.passKey, { ...hello, nowMs: clock.nowMs() });
  c.header('Cache-Control', 'no-store');
  const body: FeedTokenGrant = { token, feedUrl: `${config.feedUrl}/rooms/${room}` };
  return c.json(body, 201);
}

/** The score of a round that is over by the board's time; nothing where it may not be told, or where nobody knows the room just now. */
async function scoreOfRound(c: EdgeContext, ticket: Ticket): Promise<string | undefined> {
  if (ticket.round === undefined) return undefined;
  const info = await c.get('rooms').readOrLast(c.get('store'), ticket.room);
  return mayKnowScore(ticket, info.board.at) ? ticketScore(info, ticket) : undefined;
}
