import { beforeEach, describe, expect, it } from 'vitest';
import { CORE_ROUTES, type Route } from '../../contracts/routes.ts';
import { toProblem, PROBLEM_MEDIA_TYPE } from '../../contracts/errors.ts';
import { createEdgeFixture, problemOf, type EdgeFixture } from '../edge-app.fixture.ts';

const TOKEN = `as_${'A'.repeat(43)}`;
const NAME = '__Host-onsale-account';
const OURS = { origin: 'https://tickets.example', 'content-type': 'application/json' };
const COOKIE = { cookie: `${NAME}=${TOKEN}` };

const routes: readonly Route[] = CORE_ROUTES;
const forAccounts = routes.filter(
  ({ credentials, account }) => account !== undefined || credentials.includes('account'),
);
const others = routes.filter((route) => !forAccounts.includes(route) && !route.credentials.includes('access_pass'));

let answer: () => Response;
let edge: EdgeFixture;
beforeEach(async () => {
  answer = () => Response.json({ from: 'core' });
  edge = await createEdgeFixture({ core: () => Promise.resolve(answer()) });
});

const send = (route: Route, headers: Record<string, string>) =>
  edge.app.request(`/api/core${route.path.replaceAll(/:[a-zA-Z]+/g, 'some-id')}`, {
    method: route.method,
    headers,
    ...(route.method === 'GET' ? {} : { body: '{}' }),
  });
const sentBearer = () => edge.coreRequests.at(-1)?.headers.get('authorization') ?? null;
const routeOf = (method: string, path: string): Route => {
  const route = routes.find((one) => one.method === method && one.path === path);
  if (route === undefined) throw new Error(`no such route: ${method} ${path}`);
  return route;
};

describe('the account cookie', () => {
  it('becomes a bearer on every route that takes an account, and on no other', async () => {
    expect(forAccounts.length).toBeGreaterThan(9);
    for (const route of forAccounts) {
      await send(route, { ...OURS, ...COOKIE });
      expect([route.path, sentBearer()]).toEqual([route.path, `Bearer ${TOKEN}`]);
    }
    for (const route of others) {
      edge.coreRequests.length = 0;
      await send(route, { ...OURS, ...COOKIE });
      expect([route.path, sentBearer()]).toEqual([route.path, null]);
    }
    expect(edge.coreRequests.every(({ headers }) => headers.get('cookie') === null)).toBe(true);
  });

  it('gives way to a bearer that the caller brings', async () => {
    await send(routeOf('GET', '/v1/bookings/:id'), { ...COOKIE, authorization: 'Bearer bk_1' });
    expect(sentBearer()).toBe('Bearer bk_1');
  });

  it('changes something only from our pages, and as JSON', async () => {
    for (const route of forAccounts.filter(({ method }) => method !== 'GET')) {
      for (const headers of [
        {},
        { origin: 'https://evil.example' },
        { 'sec-fetch-site': 'cross-site' },
        { 'sec-fetch-site': 'same-site', origin: 'https://other.tickets.example' },
        { origin: 'null' },
        { ...OURS, 'content-type': 'text/plain' },
      ]) {
        const refused = await problemOf(await send(route, { ...COOKIE, ...headers }));
        expect([route.path, refused.status, refused.code]).toEqual([route.path, 403, 'forbidden']);
      }
    }
    expect(edge.coreRequests).toEqual([]);
  });

  it('is taken away when core no longer knows it, and when it can be none', async () => {
    const route = routeOf('GET', '/v1/accounts/me');
    const refusal = toProblem('unauthenticated', 'id');
    answer = () => Response.json(refusal, { status: 401, headers: { 'content-type': PROBLEM_MEDIA_TYPE } });
    const refused = await send(route, COOKIE);
    expect(refused.headers.get('set-cookie')).toMatch(new RegExp(`^${NAME}=; Max-Age=0`));
    expect(await problemOf(refused)).toMatchObject({ status: 401, code: 'unauthenticated' });
    answer = () => Response.json({});
    expect((await send(route, COOKIE)).headers.get('set-cookie')).toBeNull();
    const malformed = await send(route, { cookie: `${NAME}=rubbish` });
    expect(malformed.headers.get('set-cookie')).toContain('Max-Age=0');
    expect(sentBearer()).toBeNull();
  });

  it('is taken away by signing out and by erasing, and stays when that is refused', async () => {
    for (const path of ['/v1/accounts/sessions/me', '/v1/accounts/me']) {
      answer = () => new Response(null, { status: 204 });
      expect((await send(routeOf('DELETE', path), { ...OURS, ...COOKIE })).headers.get('set-cookie')).toContain(
        'Max-Age=0',
      );
      answer = () => Response.json(toProblem('erasure_refused', 'id'), { status: 409 });
      expect((await send(routeOf('DELETE', path), { ...OURS, ...COOKIE })).headers.get('set-cookie')).toBeNull();
    }
  });
});

describe('signing in', () => {
  const route = routeOf('POST', '/v1/accounts/sessions');
  beforeEach(() => {
    const sessionEndsAt = new Date(edge.clock.nowMs() + 60_000).toISOString();
    answer = () => Response.json({ accessToken: TOKEN, sessionEndsAt, account: { email: 'a@b.c' } }, { status: 201 });
  });

  it('from our page sets a cookie that no script can read, and tells the page no token', async () => {
    const opened = await send(route, OURS);
    expect(opened.status).toBe(201);
    const cookie = opened.headers.get('set-cookie') ?? '';
    expect(cookie.split('; ').toSorted()).toEqual(
      [`${NAME}=${TOKEN}`, 'Max-Age=60', 'Path=/', 'HttpOnly', 'Secure', 'SameSite=Lax'].toSorted(),
    );
    expect(await opened.text()).not.toContain(TOKEN);
  });

  it('of a program tells it the token', async () => {
    expect(await (await send(route, { 'content-type': 'application/json' })).json()).toMatchObject({
      accessToken: TOKEN,
    });
  });

  it('is not for other sites, which would sign a visitor in as somebody else', async () => {
    const refused = await problemOf(await send(route, { ...OURS, origin: 'https://evil.example' }));
    expect(refused).toMatchObject({ status: 403, code: 'forbidden' });
    expect(edge.coreRequests).toEqual([]);
  });

  it('over plain http carries the instance in the name', async () => {
    edge = await createEdgeFixture({ origin: 'http://127.0.0.1:8787', core: () => Promise.resolve(answer()) });
    const opened = await send(route, { ...OURS, origin: 'http://127.0.0.1:8787' });
    const cookie = opened.headers.get('set-cookie') ?? '';
    expect(cookie).toContain(`onsale-account.test=${TOKEN}`);
    expect(cookie).not.toContain('Secure');
  });
});
