import { beforeEach, describe, expect, it, vi } from 'vitest';
import { CORE_ROUTES, type Route } from '../../contracts/routes.ts';
import { problemHeaders, toProblem } from '../../contracts/errors.ts';
import { createEdgeFixture, problemOf, STORE_AWAY, type EdgeFixture } from '../edge-app.fixture.ts';

const routes: readonly Route[] = CORE_ROUTES.filter(({ path }) => path.startsWith('/v1/'));
const addressOf = (route: Route): string => `/api/core${route.path.replaceAll(/:[a-zA-Z]+/g, 'some-id')}`;
const withPass = routes.filter((route) => route.credentials.includes('access_pass'));
const withoutPass = routes.filter((route) => !route.credentials.includes('access_pass'));

let edge: EdgeFixture;
beforeEach(async () => {
  edge = await createEdgeFixture({ store: () => STORE_AWAY });
});

const send = (route: Route, headers: Record<string, string>) =>
  edge.app.request(addressOf(route), {
    method: route.method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(route.method === 'GET' ? {} : { body: '{"a":1}' }),
  });

describe('routes that need a pass', () => {
  it('are there', () => {
    expect(withPass.length).toBeGreaterThan(1);
  });

  for (const route of withPass) {
    const name = `${route.method} ${route.path}`;
    const cases: [string, (e: EdgeFixture) => Promise<Record<string, string>>, number, string][] = [
      ['no pass', () => Promise.resolve({}), 403, 'not_admitted'],
      [
        'a forged pass',
        async (e) => ({ authorization: `Bearer ${(await e.pass()).slice(0, -4)}AAAA` }),
        401,
        'pass_invalid',
      ],
      ['a queue ticket', async (e) => ({ authorization: `Bearer ${await e.ticket()}` }), 401, 'pass_invalid'],
      ['rubbish', () => Promise.resolve({ authorization: 'Bearer rubbish' }), 401, 'pass_invalid'],
      [
        'a pass of somebody else’s key',
        async () => ({ authorization: `Bearer ${await (await createEdgeFixture()).pass()}` }),
        401,
        'pass_invalid',
      ],
      [
        'an ended pass',
        async (e) => ({ authorization: `Bearer ${await e.pass('demo', { sessionEndsAtMs: e.clock.nowMs() })}` }),
        403,
        'session_ended',
      ],
      [
        'another room’s pass',
        async (e) => ({ authorization: `Bearer ${await e.pass('tatkal')}`, 'onsale-room': 'demo' }),
        403,
        'not_admitted',
      ],
      [
        'another room’s pass in this room’s cookie',
        async (e) => ({ cookie: `__Host-onsale-pass-demo=${await e.pass('tatkal')}`, origin: e.config.origin }),
        403,
        'not_admitted',
      ],
      [
        'a forged cookie',
        () => Promise.resolve({ cookie: '__Host-onsale-pass-demo=rubbish', origin: 'https://tickets.example' }),
        401,
        'pass_invalid',
      ],
    ];
    it.each(cases)(`${name} refuses %s, and core hears nothing`, async (_name, headers, status, code) => {
      const answer = await problemOf(await send(route, await headers(edge)));
      expect(answer).toMatchObject({ status, code });
      expect(edge.coreRequests).toEqual([]);
      expect(edge.storeCalls()).toBe(0);
    });

    it(`${name} lets a live pass through`, async () => {
      const token = await edge.pass();
      expect((await send(route, { authorization: `Bearer ${token}` })).status).toBe(200);
      expect(edge.coreRequests[0]?.headers.get('authorization')).toBe(`Bearer ${token}`);
      expect(edge.coreRequests[0]?.body).toBe('{"a":1}');
    });
  }
});

describe('routes that need no pass', () => {
  it.each(withoutPass.map((route) => [`${route.method} ${route.path}`, route] as const))(
    '%s goes to core with its own credential and without cookies',
    async (_name, route) => {
      const headers = {
        authorization: 'Bearer own',
        cookie: '__Host-onsale-pass-demo=x',
        'x-forwarded-for': '1.1.1.1',
      };
      expect((await send(route, headers)).status).toBe(200);
      const [got] = edge.coreRequests;
      expect(got?.url).toBe(`http://core.internal:3000${addressOf(route).slice('/api/core'.length)}`);
      expect(got?.headers.get('authorization')).toBe('Bearer own');
      expect(got?.headers.get('cookie')).toBeNull();
      expect(got?.headers.get('x-forwarded-for')).toBeNull();
      expect(got?.headers.get('onsale-client-address')).toBe('203.0.113.7');
      expect(got?.headers.get('onsale-secret')).toBe('shared-secret');
    },
  );
});

describe('addresses', () => {
  it.each([
    '/api/core/v1/nothing',
    '/api/core/v1/events/',
    '/api/core/v1/bookings//tickets',
    '/api/core/v1/holds/a/b',
    '/api/core/v1/%68olds',
    '/api/core/v2/holds',
    '/api/core/.well-known/jwks.json',
  ])('%s is not found', async (path) => {
    expect(await problemOf(await edge.app.request(path))).toMatchObject({ status: 404, code: 'not_found' });
    expect(edge.coreRequests).toEqual([]);
  });

  it('a known address says which methods it takes', async () => {
    const answer = await edge.app.request('/api/core/v1/holds', { method: 'PUT' });
    expect(answer.headers.get('allow')).toBe('POST');
    expect(await problemOf(answer)).toMatchObject({ status: 405, code: 'method_not_allowed' });
  });

  it('can’t be talked into another address by dots', async () => {
    await edge.app.request('/api/core/v1/events/%2e%2e/holds?x=1');
    expect(edge.coreRequests.map(({ url }) => new URL(url).pathname)).not.toContain('/v1/holds');
  });
});

describe('pass cookies', () => {
  const cookieOf = async (rooms: string[]) =>
    (await Promise.all(rooms.map(async (room) => `__Host-onsale-pass-${room}=${await edge.pass(room)}`))).join('; ');
  const hold = (headers: Record<string, string>, body: string | null = '{}') =>
    edge.app.request('/api/core/v1/holds', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    });

  it('reach core as Bearer, and never as a cookie', async () => {
    const cookie = await cookieOf(['demo']);
    expect((await hold({ cookie, origin: edge.config.origin })).status).toBe(200);
    expect(edge.coreRequests[0]?.headers.get('authorization')).toMatch(/^Bearer ey/);
    expect(edge.coreRequests[0]?.headers.get('cookie')).toBeNull();
  });

  it('of several rooms ask for the room to be named', async () => {
    const cookie = await cookieOf(['demo', 'tatkal']);
    const origin = edge.config.origin;
    expect(await problemOf(await hold({ cookie, origin }))).toMatchObject({ status: 400, code: 'room_required' });
    expect((await hold({ cookie, origin, 'onsale-room': 'tatkal' })).status).toBe(200);
    expect(await problemOf(await hold({ cookie, origin, 'onsale-room': 'other' }))).toMatchObject({
      code: 'not_admitted',
    });
    expect(await problemOf(await hold({ cookie, origin, 'onsale-room': '../x' }))).toMatchObject({
      code: 'not_admitted',
    });
  });

  it('count only from our own pages, with JSON', async () => {
    const cookie = await cookieOf(['demo']);
    const refused: Record<string, string>[] = [
      { cookie },
      { cookie, origin: 'https://evil.example' },
      { cookie, origin: 'null' },
      { cookie, 'sec-fetch-site': 'cross-site' },
      { cookie, 'sec-fetch-site': 'same-site' },
      { cookie, origin: edge.config.origin, 'content-type': 'text/plain' },
    ];
    for (const headers of refused)
      expect(await problemOf(await hold(headers))).toMatchObject({ status: 403, code: 'forbidden' });
    expect(edge.coreRequests).toEqual([]);
    expect((await hold({ cookie, 'sec-fetch-site': 'same-origin' })).status).toBe(200);
  });

  it('that are invalid or ended are taken away', async () => {
    const forged = await hold({ cookie: '__Host-onsale-pass-demo=x', origin: edge.config.origin });
    expect(forged.headers.get('set-cookie')).toMatch(
      /^__Host-onsale-pass-demo=; Max-Age=0; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
    const ended = await edge.pass('demo', { sessionEndsAtMs: edge.clock.nowMs() });
    const late = await hold({ cookie: `__Host-onsale-pass-demo=${ended}`, origin: edge.config.origin });
    expect(await problemOf(late)).toMatchObject({ code: 'session_ended' });
    expect(late.headers.get('set-cookie')).toContain('Max-Age=0');
  });

  it.each(['not_admitted', 'session_ended'] as const)('are taken away when core answers %s', async (code) => {
    const refusal = () =>
      Promise.resolve(
        new Response(JSON.stringify(toProblem(code, 'r')), { status: 403, headers: problemHeaders(code) }),
      );
    edge = await createEdgeFixture({ core: refusal });
    const answer = await hold({ cookie: await cookieOf(['demo']), origin: edge.config.origin });
    expect(answer.headers.get('set-cookie')).toContain('__Host-onsale-pass-demo=; Max-Age=0');
    expect(await problemOf(answer)).toMatchObject({ status: 403, code });
    const bearer = await hold({ authorization: `Bearer ${await edge.pass()}` });
    expect(bearer.headers.get('set-cookie')).toBeNull();
  });

  it('somebody who looks at a page is led to the room', async () => {
    const html = { accept: 'text/html,*/*;q=0.8', 'onsale-room': 'demo' };
    const answer = await hold(html);
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/rooms/demo']);
    expect((await hold({ ...html, accept: 'application/json' })).status).toBe(403);
    expect((await hold({ accept: 'text/html' })).status).toBe(403);
  });
});

describe('the call to core', () => {
  it('judges the credential before it reads the body', async () => {
    const body = 'x'.repeat(70_000);
    const forged = await edge.app.request('/api/core/v1/holds', {
      method: 'POST',
      headers: { authorization: 'Bearer x' },
      body,
    });
    expect(await problemOf(forged)).toMatchObject({ status: 401, code: 'pass_invalid' });
    const headers = { authorization: `Bearer ${await edge.pass()}` };
    const large = await edge.app.request('/api/core/v1/holds', { method: 'POST', headers, body });
    expect(await problemOf(large)).toMatchObject({ status: 413, code: 'payload_too_large' });
    expect(edge.coreRequests).toEqual([]);
  });

  it('lets large bodies to imports only, two at a time, and reads none of a caller without a credential', async () => {
    const answers: (() => void)[] = [];
    edge = await createEdgeFixture({
      core: () => new Promise((resolve) => answers.push(() => resolve(Response.json({})))),
    });
    const file = (headers: Record<string, string> = { authorization: 'Bearer operator' }) =>
      Promise.resolve(
        edge.app.request('/api/core/v1/operator/seat-maps', {
          method: 'POST',
          headers: { 'content-type': 'text/csv', ...headers },
          body: 'x'.repeat(1_000_000),
        }),
      );
    expect(await problemOf(await file({}))).toMatchObject({ status: 401, code: 'unauthenticated' });
    const inHand = [file(), file()];
    await vi.waitFor(() => expect(answers).toHaveLength(2));
    expect(await problemOf(await file())).toMatchObject({ status: 503, code: 'busy' });
    for (const answer of answers) answer();
    expect((await Promise.all(inHand)).map(({ status }) => status)).toEqual([200, 200]);
    expect(edge.coreRequests.map(({ body }) => body.length)).toEqual([1_000_000, 1_000_000]);
    const next = file();
    await vi.waitFor(() => expect(answers).toHaveLength(3));
    answers[2]?.();
    expect((await next).status).toBe(200);
  });

  it('is refused when address or headers are larger than core’s server takes', async () => {
    const get = async (path: string, headers: Record<string, string> = {}) =>
      edge.app.request(`/api/core/v1/events${path}`, { headers });
    expect((await get(`?q=${'x'.repeat(8000)}`)).status).toBe(200);
    expect(await problemOf(await get(`?q=${'x'.repeat(8200)}`))).toMatchObject({ status: 414, code: 'uri_too_long' });
    const large = await get('', { authorization: `Bearer ${'x'.repeat(16_000)}` });
    expect(await problemOf(large)).toMatchObject({ status: 431, code: 'headers_too_large' });
    expect((await get('', { 'x-unknown': 'x'.repeat(60_000) })).status).toBe(200);
    expect(edge.coreRequests).toHaveLength(2);
  });

  it('carries one id, which the answer tells', async () => {
    const answer = await edge.app.request('/api/core/v1/events');
    const id = edge.coreRequests[0]?.headers.get('onsale-request-id');
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect(answer.headers.get('x-request-id')).toBe(id);
    expect(answer.headers.get('onsale-request-id')).toBeNull();
  });

  it('gives redirects to the browser instead of following them', async () => {
    edge = await createEdgeFixture({
      core: (request) => {
        expect(request.redirect).toBe('manual');
        return Promise.resolve(new Response(null, { status: 303, headers: { location: 'https://pay.example/p' } }));
      },
    });
    const answer = await edge.app.request('/api/core/v1/bookings/b/checkout?code=c');
    expect([answer.status, answer.headers.get('location')]).toEqual([303, 'https://pay.example/p']);
    expect(edge.coreRequests[0]?.url).toBe('http://core.internal:3000/v1/bookings/b/checkout?code=c');
  });

  it('says 503 with Retry-After when core is away', async () => {
    edge = await createEdgeFixture({
      store: () => STORE_AWAY,
      core: () => Promise.reject(new TypeError('connect ECONNREFUSED')),
    });
    const answer = await edge.app.request('/api/core/v1/events');
    expect(answer.headers.get('retry-after')).toBe('2');
    const { status, code, body } = await problemOf(answer);
    expect([status, code]).toEqual([503, 'store_unavailable']);
    expect(JSON.stringify(body)).not.toContain('ECONNREFUSED');
  });
});
