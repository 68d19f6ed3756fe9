import { beforeEach, describe, expect, it } from 'vitest';
import { createEdgeFixture, problemOf, type EdgeFixture } from './edge-app.fixture.ts';

let edge: EdgeFixture;
beforeEach(async () => {
  edge = await createEdgeFixture();
});

const api = '/api/rooms/demo';
const ours = { origin: 'https://tickets.example' };
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

describe('tickets are judged before any store is asked', () => {
  const calls: [string, string][] = [
    ['GET', `${api}/tickets/me`],
    ['DELETE', `${api}/tickets/me`],
    ['POST', `${api}/passes`],
    ['POST', `${api}/feed-tokens`],
    ['POST', `${api}/tickets`],
  ];
  it.each(calls)('%s %s', async (method, path) => {
    const refusalOf = async (headers: Record<string, string>) =>
      problemOf(await edge.app.request(path, { method, headers }));
    const expired = await edge.ticket('demo', { nowMs: edge.clock.nowMs() - 24 * 3_600_000 });
    expect(await refusalOf(bearer('rubbish'))).toMatchObject({ status: 401, code: 'ticket_invalid' });
    expect(await refusalOf(bearer(await edge.pass()))).toMatchObject({ status: 401, code: 'ticket_invalid' });
    expect(await refusalOf(bearer(await edge.ticket('demo', { ticketId: 'short' })))).toMatchObject({
      code: 'ticket_invalid',
    });
    expect(await refusalOf(bearer(expired))).toMatchObject({ status: 401, code: 'ticket_expired' });
    expect(await refusalOf(bearer(await edge.ticket('tatkal')))).toMatchObject({
      status: 403,
      code: 'ticket_wrong_room',
    });
    expect(await refusalOf({ cookie: '__Host-onsale-ticket-demo=rubbish' })).toMatchObject({
      status: 401,
      code: 'ticket_invalid',
    });
    if (path !== `${api}/tickets`) expect(await refusalOf({})).toMatchObject({ status: 401, code: 'unauthenticated' });
    expect(edge.storeCalls()).toBe(0);
  });

  it('a refused cookie is taken away, a refused Bearer leaves it alone', async () => {
    const cookie = '__Host-onsale-ticket-demo=rubbish';
    const byCookie = await edge.app.request(`${api}/tickets/me`, { headers: { cookie } });
    expect(byCookie.headers.get('set-cookie')).toMatch(
      /^__Host-onsale-ticket-demo=; Max-Age=0; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
    const byBearer = await edge.app.request(`${api}/tickets/me`, { headers: { cookie, ...bearer('x') } });
    expect(byBearer.headers.get('set-cookie')).toBeNull();
  });
});

describe('requests that change something', () => {
  const post = (headers: Record<string, string>, body = '{}', path = `${api}/tickets`) =>
    edge.app.request(path, { method: 'POST', headers, body });
  const json = { 'content-type': 'application/json' };

  it('from other sites are refused, also without a cookie', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const refused = [
      { ...json, origin: 'https://evil.example' },
      { ...json, 'sec-fetch-site': 'cross-site' },
      { ...form, origin: 'https://evil.example' },
      form,
    ];
    for (const headers of refused) expect((await post(headers)).status).toBe(403);
    const cookie = `__Host-onsale-ticket-demo=${await edge.ticket()}`;
    expect(await problemOf(await post({ ...json, cookie }))).toMatchObject({ status: 403, code: 'forbidden' });
    expect(await problemOf(await post({ 'content-type': 'text/plain', cookie, ...ours }))).toMatchObject({
      code: 'forbidden',
    });
    expect(edge.storeCalls()).toBe(0);
  });

  it('say what is wrong with their body, and change nothing', async () => {
    expect(await problemOf(await post(json, '{'))).toMatchObject({ status: 400, code: 'malformed_json' });
    expect(await problemOf(await post({ 'content-type': 'text/plain' }))).toMatchObject({
      status: 415,
      code: 'unsupported_media_type',
    });
    expect(await problemOf(await post(json, '"text"'))).toMatchObject({ status: 422, code: 'invalid_request' });
    const typed = await problemOf(await post(json, '{"lane":5}'));
    expect(typed).toMatchObject({ status: 422, code: 'invalid_request', body: { errors: [{ path: 'lane' }] } });
    const unknown = await problemOf(await post(json, '{"lanes":"general"}'));
    expect(unknown).toMatchObject({ status: 422, body: { errors: [{ path: 'lanes' }] } });
    expect(await problemOf(await post(json, `"${'x'.repeat(65_536)}"`))).toMatchObject({
      status: 413,
      code: 'payload_too_large',
    });
    expect((await post(json, '['.repeat(50) + ']'.repeat(50))).status).toBe(422);
    const ticket = bearer(await edge.ticket());
    expect(await problemOf(await post({ ...json, ...ticket }, '{', `${api}/passes`))).toMatchObject({
      code: 'malformed_json',
    });
    expect(edge.storeCalls()).toBe(0);
  });

  it('count bytes that come without a length', async () => {
    const chunk = new Uint8Array(16_384).fill(32);
    const body = new ReadableStream({
      pull: (controller) => controller.enqueue(chunk),
    });
    const request = new Request(`https://tickets.example${api}/tickets`, {
      method: 'POST',
      headers: json,
      body,
      duplex: 'half',
    });
    expect((await edge.app.request(request)).status).toBe(413);
  });
});

describe('bodies of calls that take few fields or none', () => {
  const post = async (path: string, body: string) => {
    const headers = { ...bearer(await edge.ticket()), 'content-type': 'application/json' };
    return problemOf(await edge.app.request(`${api}/${path}`, { method: 'POST', headers, body }));
  };

  it.each(['tickets', 'passes', 'feed-tokens'])('POST %s refuses arrays and unknown fields', async (path) => {
    const errors = [{ path: '', message: 'must be an object, not an array' }];
    expect(await post(path, '[]')).toMatchObject({ status: 422, code: 'invalid_request', body: { errors } });
    expect(await post(path, '{"lanes":"x"}')).toMatchObject({ status: 422, body: { errors: [{ path: 'lanes' }] } });
    expect(edge.storeCalls()).toBe(0);
  });

  it.each(['tickets', 'passes', 'feed-tokens'])('POST %s refuses deep nesting at once', async (path) => {
    const deep = '['.repeat(32_000) + ']'.repeat(32_000);
    let best = Number.POSITIVE_INFINITY;
    // The best of some: a busy machine may pause any one of them.
    for (let turn = 0; turn < 40 && best >= 50; turn += 1) {
      const began = performance.now();
      expect(await post(path, deep)).toMatchObject({ status: 422, code: 'invalid_request' });
      best = Math.min(best, performance.now() - began);
    }
    expect(best).toBeLessThan(50);
  });
});

describe('addresses', () => {
  it.each([
    ['GET', '/nothing', 404, 'not_found'],
    ['POST', '/nothing', 404, 'not_found'],
    ['GET', '/api/nothing', 404, 'not_found'],
    ['POST', '/rooms/demo', 405, 'method_not_allowed'],
    ['PUT', `${api}/tickets`, 405, 'method_not_allowed'],
    ['GET', `${api}/passes`, 405, 'method_not_allowed'],
    ['DELETE', '/healthz', 405, 'method_not_allowed'],
    ['GET', '/api/rooms/NOT%20A%20ROOM/board', 404, 'room_not_found'],
    ['POST', '/api/rooms/..%2Fx/tickets', 404, 'room_not_found'],
  ])('%s %s is answered with %i %s', async (method, path, status, code) => {
    const answer = await edge.app.request(path, { method });
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    const { body, ...rest } = await problemOf(answer);
    expect(rest).toEqual({ status, code });
    expect(body).toMatchObject({ title: expect.any(String), requestId: answer.headers.get('x-request-id') });
    expect(edge.storeCalls()).toBe(0);
  });

  it('every answer has a Date and is not sniffed', async () => {
    const { headers } = await edge.app.request('/healthz');
    expect(headers.get('date')).toBe(new Date(edge.clock.nowMs()).toUTCString());
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('same-origin');
  });

  it('the published keys are public', async () => {
    const answer = await edge.app.request('/.well-known/jwks.json');
    const text = await answer.text();
    expect(JSON.parse(text)).toMatchObject({ keys: [{ kty: 'OKP', crv: 'Ed25519' }] });
    expect(text).not.toContain('"d"');
  });

  it('the start page is the shop', async () => {
    const answer = await edge.app.request('/');
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/shop/']);
  });

  it('an unknown failure tells nothing of itself', async () => {
    const answer = await edge.app.request(`${api}/board`);
    const { status, code, body } = await problemOf(answer);
    expect([status, code]).toEqual([500, 'internal']);
    expect(JSON.stringify(body)).not.toContain('this test has no store');
  });
});

describe('pages', () => {
  it('carry a policy that lets nothing foreign run or frame them', async () => {
    const page = () => Promise.resolve(new Response('<!doctype html>', { headers: { 'content-type': 'text/html' } }));
    edge = await createEdgeFixture({ over: { assets: page } });
    const policy = (await edge.app.request('/shop/')).headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain("connect-src 'self' wss://feed.example");
    expect(policy).not.toContain('unsafe');
  });
});

it('a feed token leads to the room’s socket and asks no store', async () => {
  const answer = await edge.app.request(`${api}/feed-tokens`, { method: 'POST', headers: bearer(await edge.ticket()) });
  expect(answer.status).toBe(201);
  expect(await answer.json()).toEqual({
    token: expect.stringMatching(/^ey/),
    feedUrl: 'wss://feed.example/rooms/demo',
  });
  expect(edge.storeCalls()).toBe(0);
});

it('over plain http cookies carry the instance instead of a prefix', async () => {
  edge = await createEdgeFixture({ origin: 'http://127.0.0.1:8787' });
  const answer = await edge.app.request(`${api}/tickets/me`, { headers: { cookie: 'onsale-ticket-demo.test=x' } });
  expect(answer.headers.get('set-cookie')).toBe('onsale-ticket-demo.test=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax');
});
