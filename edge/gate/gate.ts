import * as v from 'valibot';
import { isRoomId } from '../../contracts/room-settings.ts';
import { PROBLEM_MEDIA_TYPE, type ErrorCode } from '../../contracts/errors.ts';
import type { Route } from '../../contracts/routes.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import type { EdgeContext } from '../http/context.ts';
import { clearCookie, cookieRooms } from '../http/cookies.ts';
import { prefersHtml } from '../http/negotiate.ts';
import { requireOwnOrigin } from '../http/own-origin.ts';
import { problem } from '../http/problem.ts';
import { requirePass, type Pass } from '../passes/read-pass.ts';
import { browse } from './browse.ts';
import { callForAccount } from './account-calls.ts';
import { callCore } from './call-core.ts';
import { isBrowsing } from './limit-browsing.ts';
import { findCoreRoute, GATE_PREFIX } from './find-core-route.ts';

/**
 * `ANY /api/core/v1/…`: judges a request by the route table before core hears of it (DESIGN §6). Routes that need a pass get it
 * checked here, from Bearer or cookie; the account cookie becomes a Bearer (`callForAccount`); every other credential passes through as
 * Bearer for core to judge. No cookie reaches core.
 * Refuses: `not_found`, 405, `rate_limited` (browsing only), the codes of `requirePass` and `requireOwnOrigin`, those of `callCore`.
 */
export async function gate(c: EdgeContext): Promise<Response> {
  const found = findCoreRoute(c.req.method, new URL(c.req.url).pathname.slice(GATE_PREFIX.length));
  if (!found.found) return refuseAddress(c, found.allowed);
  if (isBrowsing(found.route)) return browse(c);
  if (!needsPass(found.route)) return callForAccount(c, found.route);
  const room = namedRoom(c);
  let pass: Pass;
  try {
    pass = await requirePass(c, room);
  } catch (error) {
    return sendToRoom(c, error, room);
  }
  requireOwnOrigin(c, pass.via);
  const answer = await callCore(c, pass.token);
  if (pass.via === 'cookie' && (await endsSession(answer))) clearCookie(c, 'pass', pass.claims.room);
  return c.newResponse(answer.body, answer);
}

const needsPass = (route: Route): boolean => route.credentials.includes('access_pass');

/** The room of `Onsale-Room`. One that can't be a room's name admits to nothing. */
function namedRoom(c: EdgeContext): string | undefined {
  const room = c.req.header('Onsale-Room');
  if (room !== undefined && !isRoomId(room)) throw new OperatingError('not_admitted');
  return room;
}

/** Somebody who looks at a page goes to the waiting room instead of reading a refusal; a program gets the code. */
function sendToRoom(c: EdgeContext, error: unknown, named: string | undefined): Response {
  if (!(error instanceof OperatingError)) throw error;
  const room = named ?? cookieRooms(c, 'pass')[0];
  const code: ErrorCode = error.code;
  const turnedAway = code === 'not_admitted' || code === 'session_ended';
  if (turnedAway && isRoomId(room) && prefersHtml(c.req.header('Accept'))) {
    return c.redirect(`/rooms/${room}`, 303);
  }
  throw error;
}

function refuseAddress(c: EdgeContext, allowed: readonly string[]): Response {
  if (allowed.length === 0) return problem(c, 'not_found');
  c.header('Allow', allowed.join(', '));
  return problem(c, 'method_not_allowed');
}

/** Whether core says that this session is over; its answer stays readable. */
async function endsSession(answer: Response): Promise<boolean> {
  if (answer.status !== 403 || answer.headers.get('content-type')?.startsWith(PROBLEM_MEDIA_TYPE) !== true)
    return false;
  const body: unknown = await answer
    .clone()
    .json()
    .catch(() => null);
  return v.is(v.object({ code: v.picklist(['not_admitted', 'session_ended']) }), body);
}
