import * as v from 'valibot';
import type { FeedTokenGrant } from '../../contracts/place.ts';
import { signFeedHello } from '../../tokens/feed-hello.sign.ts';
import type { EdgeContext } from '../http/context.ts';
import { requireOwnOrigin } from '../http/own-origin.ts';
import { readJson } from '../http/read-body.ts';
import { roomParameter } from '../rooms/room-parameter.ts';
import { requireTicket } from '../tickets/read-ticket.ts';

/**
 * `POST feed-tokens`: a token of 60 s that tells the feed whose socket it is, and where the room's socket is.
 * Asks no store. Throws the codes of `requireTicket` and `requireOwnOrigin`.
 */
export async function issueFeedToken(c: EdgeContext): Promise<Response> {
  const room = roomParameter(c);
  const { ticketId, lane, score, via } = await requireTicket(c, room);
  requireOwnOrigin(c, via);
  await readJson(c, v.strictObject({}));
  const { clock, config, keys } = c.get('ports');
  const hello = { issuer: config.origin, room, ticketId, lane, ...(score === undefined ? {} : { score }) };
  const token = await signFeedHello(keys.passKey, { ...hello, nowMs: clock.nowMs() });
  c.header('Cache-Control', 'no-store');
  const body: FeedTokenGrant = { token, feedUrl: `${config.feedUrl}/rooms/${room}` };
  return c.json(body, 201);
}
