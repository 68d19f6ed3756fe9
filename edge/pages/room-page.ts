import { ERRORS, isRetryable, type ErrorCode } from '../../contracts/errors.ts';
import type { Place } from '../../contracts/place.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import { answerCall } from '../../redis/room/answer.ts';
import { readPlace } from '../../redis/room/read-place.ts';
import type { RoomInfo } from '../../redis/room/room-info.ts';
import { renderWaitingPage, type PageNotice } from '../../web/waiting-page/render.ts';
import type { EdgeContext } from '../http/context.ts';
import { returnQuery, returnUrl } from '../http/return-url.ts';
import { clearCookie, readCookie } from '../http/cookies.ts';
import { preferred } from '../http/negotiate.ts';
import { problem, toRefusal } from '../http/problem.ts';
import { contentSecurityPolicy } from '../http/security-headers.ts';
import { shopUrlOf } from '../passes/answer.ts';
import { roomParameter } from '../rooms/room-parameter.ts';
import { answerPlace } from '../tickets/answer-place.ts';
import { readTicket, type Ticket } from '../tickets/read-ticket.ts';
import { resigned } from '../tickets/resign.ts';
import { exactPlace } from '../tickets/show.ts';
import { ticketScore, withScore } from '../tickets/ticket-score.ts';
import { comeAgainSeconds, placeFromBoard, placeFromFacts, WAITING_STATES } from '../tickets/to-place.ts';
import { refusalPage } from './refusal-page.ts';
import { hasScript } from './script-mark.ts';

/** What tells the page from the place, and one visitor's from another's. */
const VARY = 'Accept, Cookie';

/**
 * `GET /rooms/{room}`: the waiting page, or the place as JSON when Accept likes that better. The page is what a visitor without
 * script has: it may answer a call, it never claims, and what only looks ahead (prefetch, HEAD) does nothing.
 */
export async function roomAddress(c: EdgeContext): Promise<Response> {
  c.header('Vary', VARY);
  const room = roomParameterOrPage(c);
  if (room instanceof Response) return room;
  if (!wantsPage(c)) return answerPlace(c, await exactPlace(c, room), 200, { vary: VARY });
  try {
    return await roomPage(c, room);
  } catch (error) {
    const { code, details } = toRefusal(c, error);
    return isRetryable(code) ? reconnecting(c, room, code) : refusalPage(c, code, details);
  }
}

const wantsPage = (c: EdgeContext): boolean =>
  preferred(c.req.header('Accept'), ['text/html', 'application/json']) !== 'application/json';

function roomParameterOrPage(c: EdgeContext): string | Response {
  try {
    return roomParameter(c);
  } catch (error) {
    const { code, details } = toRefusal(c, error);
    return wantsPage(c) ? refusalPage(c, code, details) : problem(c, code, details);
  }
}

async function roomPage(c: EdgeContext, room: string): Promise<Response> {
  const info = await c.get('rooms').readOrLast(c.get('store'), room);
  const back = returnUrl(c, info);
  if (await hasLivePass(c, room)) return c.redirect(back ?? shopUrlOf(room, info), 303);
  const ticket = await ticketOrRefusal(c, room);
  if (typeof ticket === 'string')
    return show(c, info, { room, back, place: null, notice: ticket }, ERRORS[ticket].status);
  if (ticket === null) return show(c, info, { room, back, place: null });
  const place = await placeForPage(c, info, ticket);
  await resigned(c, ticket);
  return place === null
    ? show(c, info, { room, back, place, notice: 'reconnecting' })
    : show(c, info, { room, back, place });
}

/** Whether the pass cookie still counts; the claim is core's to judge, here it only says where to go. One that counts no more is taken away. */
async function hasLivePass(c: EdgeContext, room: string): Promise<boolean> {
  const token = readCookie(c, 'pass', room);
  if (token === null) return false;
  const { keys, clock } = c.get('ports');
  const result = await keys.checkPass(token, clock.nowMs());
  const counts = result.ok && result.claims.room === room;
  if (!counts) clearCookie(c, 'pass', room);
  return counts;
}

type TicketRefusal = 'ticket_invalid' | 'ticket_expired' | 'ticket_wrong_room';

async function ticketOrRefusal(c: EdgeContext, room: string): Promise<Ticket | TicketRefusal | null> {
  try {
    return await readTicket(c, room);
  } catch (error) {
    if (!(error instanceof OperatingError)) throw error;
    const refusal = (['ticket_invalid', 'ticket_expired', 'ticket_wrong_room'] as const).find(
      (code) => code === error.code,
    );
    if (refusal === undefined) throw error;
    return refusal;
  }
}

/**
 * Far from the head the board says all there is to say, and the store is not asked. From the call on it is; looking then is an
 * answer, unless nobody looks. Null: the store is away, and the place can't be known now.
 */
async function placeForPage(c: EdgeContext, info: RoomInfo, ticket: Ticket): Promise<Place | null> {
  const nowMs = c.get('ports').clock.nowMs();
  const score = await ticketScore(info, ticket);
  if (info.board.phase === 'lobby') return placeFromBoard(ticket, info, null, nowMs);
  const lane = info.board.lanes[ticket.lane];
  if (score !== undefined && lane !== undefined && Number(score) > Number(lane.calledTo)) {
    return placeFromBoard(ticket, info, score, nowMs);
  }
  try {
    const scored = await withScore(info, ticket);
    const store = c.get('store');
    return placeFromFacts(
      ticket,
      info,
      looksAhead(c) ? await readPlace(store, scored) : await answerCall(store, scored, false),
    );
  } catch (error) {
    if (error instanceof OperatingError && error.retryable) return null;
    throw error;
  }
}

/** Prefetches and prerenders (Sec-Purpose, and Purpose of older browsers), and HEAD. */
const looksAhead = (c: EdgeContext): boolean =>
  c.req.method === 'HEAD' ||
  /prefetch|prerender|preview/i.test(`${c.req.header('Sec-Purpose') ?? ''} ${c.req.header('Purpose') ?? ''}`);

type Shown = { room: string; back: string | null; place: Place | null; notice?: PageNotice };

function show(c: EdgeContext, info: RoomInfo, shown: Shown, status: 200 | 401 | 403 = 200): Response {
  const { config } = c.get('ports');
  const { room, back, place, notice } = shown;
  const shopUrl = back ?? shopUrlOf(room, info);
  const query = returnQuery(back);
  const widget = info.challenge === 'turnstile' ? config.turnstile : null;
  c.header('Cache-Control', 'no-store');
  c.header(
    'Content-Security-Policy',
    contentSecurityPolicy(config, otherOrigin(shopUrl), widget === null ? null : new URL(widget.scriptUrl).origin),
  );
  const refreshSeconds = lookAgainSeconds(shown);
  if (refreshSeconds !== null && !hasScript(c)) c.header('Refresh', `${refreshSeconds}; url=/rooms/${room}${query}`);
  const page = {
    room,
    query,
    roomName: info.name,
    place,
    board: info.board,
    shopUrl,
    refreshSeconds,
    opensAtMs: info.opensAtMs,
    codes: codesOf(info),
    turnstile: widget === null ? null : { siteKey: widget.siteKey, scriptUrl: widget.scriptUrl },
  };
  return c.html(renderWaitingPage({ ...page, notice: notice ?? null }), status);
}

function codesOf({ lanes, laneCodes }: RoomInfo): 'none' | 'some' | 'all' {
  const asking = lanes.filter((name) => laneCodes[name] !== undefined).length;
  if (asking === 0) return 'none';
  return asking === lanes.length ? 'all' : 'some';
}

function lookAgainSeconds({ place, notice }: Pick<Shown, 'place' | 'notice'>): number | null {
  if (place !== null) return WAITING_STATES.includes(place.state) ? comeAgainSeconds(place) : null;
  return notice === 'reconnecting' ? RECONNECT_SECONDS : null;
}

/** How soon a page without script looks again while the store is away, in seconds. */
const RECONNECT_SECONDS = 5;

/** A room this isolate has not seen yet, while the store is away: nothing is known but that it will be back. */
function reconnecting(c: EdgeContext, room: string, code: ErrorCode): Response {
  c.header('Cache-Control', 'no-store');
  c.header('Retry-After', '1');
  c.header('Content-Security-Policy', contentSecurityPolicy(c.get('ports').config));
  if (!hasScript(c)) c.header('Refresh', `${RECONNECT_SECONDS}; url=/rooms/${room}`);
  const page = {
    room,
    query: '',
    roomName: room,
    place: null,
    board: null,
    shopUrl: '/shop/',
    opensAtMs: null,
    codes: 'none',
    turnstile: null,
    notice: 'reconnecting',
  } as const;
  return c.html(renderWaitingPage({ ...page, refreshSeconds: RECONNECT_SECONDS }), ERRORS[code].status);
}

function otherOrigin(shopUrl: string): string[] {
  return shopUrl.startsWith('/') ? [] : [new URL(shopUrl).origin];
}
