import * as v from 'valibot';
import type { Route } from '../../contracts/routes.ts';
import { PROBLEM_MEDIA_TYPE } from '../../contracts/errors.ts';
import type { EdgeContext } from '../http/context.ts';
import { clearAccountCookie, putAccountCookie, readAccountCookie } from '../http/cookies.ts';
import { isFromOurPage, requireOwnOrigin } from '../http/own-origin.ts';
import { callCore } from './call-core.ts';

const SESSIONS = '/v1/accounts/sessions';
/** A session's token as core makes them; anything else in the cookie is nobody's. */
const TOKEN = /^as_[A-Za-z0-9_-]{43}$/;

/**
 * Calls that need no pass. Where a route takes an account and the caller brings no Bearer, the account cookie stands in for it; what then
 * changes something must come from our pages. Signing in sets the cookie, and a page of ours is not told the token, so that no script can
 * read it; signing out, erasing, and a session that core no longer knows take it away. Throws `forbidden`, and the codes of `callCore`.
 */
export async function callForAccount(c: EdgeContext, route: Route): Promise<Response> {
  if (route.method === 'POST' && route.path === SESSIONS) return signIn(c, route);
  const cookie = takesAccount(route) && c.req.header('Authorization') === undefined ? readAccountCookie(c) : null;
  if (cookie === null) return callCore(c, null, route);
  if (route.method !== 'GET') requireOwnOrigin(c, 'cookie');
  const token = TOKEN.test(cookie) ? cookie : null;
  const answer = await callCore(c, token, route);
  if (token === null || (await endsSignIn(route, answer))) clearAccountCookie(c);
  return c.newResponse(answer.body, answer);
}

const takesAccount = ({ credentials, account }: Route): boolean =>
  account !== undefined || credentials.includes('account');

const openedSchema = v.looseObject({ accessToken: v.string(), sessionEndsAt: v.string() });

async function signIn(c: EdgeContext, route: Route): Promise<Response> {
  // Another site must not sign a visitor in to an account of its own.
  requireOwnOrigin(c, 'none');
  const answer = await callCore(c, null, route);
  if (answer.status !== 201) return answer;
  const { accessToken, ...rest } = v.parse(openedSchema, await answer.json());
  putAccountCookie(c, accessToken, Date.parse(rest.sessionEndsAt));
  const headers = new Headers(answer.headers);
  headers.delete('content-length');
  return c.newResponse(
    JSON.stringify(isFromOurPage(c) ? rest : { accessToken, ...rest }),
    201,
    Object.fromEntries(headers),
  );
}

/** Whether after this answer nobody is signed in any more; the answer stays readable. */
async function endsSignIn({ method, path }: Route, answer: Response): Promise<boolean> {
  if (method === 'DELETE' && path.startsWith('/v1/accounts/')) return answer.status === 204 || answer.status === 401;
  if (answer.status !== 401 || answer.headers.get('content-type')?.startsWith(PROBLEM_MEDIA_TYPE) !== true)
    return false;
  const body: unknown = await answer
    .clone()
    .json()
    .catch(() => null);
  return v.is(v.object({ code: v.literal('unauthenticated') }), body);
}
