import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { aheadOf } from '../contracts/board.ts';
import { drawScore } from '../contracts/draw.ts';
import type { RoomRow } from '../db/queries/rooms.ts';
import { createEdgeFixture, problemOf, type EdgeFixture } from './edge-app.fixture.ts';
import { startEdgeStore, type EdgeStore } from './edge-room.fixture.ts';

const START = 1_800_000_000_000;
const ORIGIN = 'https://tickets.example';
const api = '/api/rooms/demo';
let store: EdgeStore;
let edge: EdgeFixture;

beforeAll(async () => {
  store = await startEdgeStore();
});
afterAll(() => store.stop());
beforeEach(() => store.redis.flush());

/** A room that has been open for some seconds, and an edge before it. */
async function open(over: Partial<RoomRow> = {}, seconds = 8): Promise<void> {
  edge = await createEdgeFixture({ nowMs: START, store: store.client });
  await store.setNow(START);
  await store.putRoom('demo', over);
  await store.tick('demo');
  await elapse(seconds);
}

/** Lets time pass, with a tick each second. */
async function elapse(count: number): Promise<void> {
  for (let second = 0; second < count; second += 1) {
    edge.clock.advance(1000);
    await store.setNow(edge.clock.nowMs());
    await store.tick('demo');
  }
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const send = (method: string, path: string, headers: Record<string, string> = {}) =>
  edge.app.request(path, { method, headers: { accept: 'application/json', ...headers } });

type Joined = { ticket: string; cookie: string; place: Record<string, unknown> };
async function join(headers: Record<string, string> = {}): Promise<Joined> {
  const answer = await send('POST', `${api}/tickets`, headers);
  expect(answer.status).toBe(201);
  const place = (await answer.json()) as Record<string, unknown>;
  return {
    ticket: String(place['ticket']),
    cookie: (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '',
    place,
  };
}

/** Answers until admitted: a call is answered, then the tick admits. */
async function admitted(ticket: string): Promise<void> {
  for (let second = 0; second < 10; second += 1) {
    const answer = await send('GET', `${api}/tickets/me`, bearer(ticket));
    const { state } = (await answer.json()) as { state: string };
    if (state === 'admitted') return;
    if (state === 'called') await send('POST', `${api}/passes`, bearer(ticket));
    await elapse(1);
  }
  throw new Error('was never admitted');
}

describe('joining', () => {
  it('gives a place with a signed ticket and a cookie, and again the same place', async () => {
    await open();
    const answer = await send('POST', `${api}/tickets`);
    expect(answer.status).toBe(201);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(answer.headers.get('set-cookie')).toMatch(
      /^__Host-onsale-ticket-demo=ey[^;]+; Max-Age=86400; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
    const place = (await answer.json()) as Record<string, unknown>;
    expect(place).toMatchObject({
      room: 'demo',
      lane: 'general',
      score: '1',
      state: 'waiting',
      ahead: 0,
      position: 1,
      estimatedWaitMs: null,
      boardUrl: '/api/rooms/demo/board',
      epoch: 1,
      ticketId: expect.stringMatching(/^[\w-]{22}$/),
      now: expect.stringMatching(/Z$/),
    });
    const again = await send('POST', `${api}/tickets`, bearer(String(place['ticket'])));
    expect(again.status).toBe(200);
    const { ticket: _ticket, ...same } = place;
    expect(await again.json()).toEqual(same);
    const other = await join();
    expect(other.place).toMatchObject({ score: '2', position: 2 });
  });

  it('refuses unknown rooms and lanes by name', async () => {
    await open();
    const room = await send('POST', '/api/rooms/nowhere/tickets');
    expect(await problemOf(room)).toMatchObject({ status: 404, code: 'room_not_found' });
    for (const path of ['/rooms/nowhere', '/api/rooms/nowhere/board'])
      expect((await send('GET', path, { accept: '*/*' })).status).toBe(404);
    const body = '{"lane":"vip"}';
    const lane = await edge.app.request(`${api}/tickets`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect(await problemOf(lane)).toMatchObject({ status: 422, code: 'lane_unknown' });
  });

  it('is limited per client address', async () => {
    await open({ joinsPerClientPerMinute: 2 });
    await join();
    const { ticket } = await join();
    const third = await send('POST', `${api}/tickets`);
    expect(Number(third.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await problemOf(third)).toMatchObject({ status: 429, code: 'rate_limited' });
    expect((await send('POST', `${api}/tickets`, bearer(ticket))).status).toBe(200);
  });

  it('a room that rejects or is closed says so', async () => {
    await open({ queueingMethod: 'reject' });
    expect(await problemOf(await send('POST', `${api}/tickets`))).toMatchObject({
      status: 403,
      code: 'room_rejecting',
    });
    await store.redis.flush();
    await open({ closed: true });
    expect(await problemOf(await send('POST', `${api}/tickets`))).toMatchObject({ status: 403, code: 'room_closed' });
  });

  it('exact looks are limited per ticket', async () => {
    await open();
    const { ticket } = await join();
    const statuses = [];
    for (let look = 0; look < 31; look += 1)
      statuses.push((await send('GET', `${api}/tickets/me`, bearer(ticket))).status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(30);
    expect(statuses.at(-1)).toBe(429);
  });
});

describe('from the call to the end of the session', () => {
  it('answer, admission, pass, end, and a new place', async () => {
    await open();
    const { ticket } = await join();
    const early = await send('POST', `${api}/passes`, bearer(ticket));
    expect(early.status).toBe(202);
    expect(Number(early.headers.get('retry-after'))).toBeGreaterThan(0);
    await elapse(1);
    const answer = await send('POST', `${api}/passes`, bearer(ticket));
    expect(await answer.json()).toMatchObject({ state: 'ready', againMs: 5000 });
    await elapse(2);
    expect(await (await send('GET', `${api}/tickets/me`, bearer(ticket))).json()).toMatchObject({ state: 'admitted' });

    const claim = await send('POST', `${api}/passes`, bearer(ticket));
    expect(claim.status).toBe(201);
    expect(claim.headers.get('set-cookie')).toMatch(
      /^__Host-onsale-pass-demo=ey[^;]+; Max-Age=600; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
    const grant = (await claim.json()) as { pass: string; sessionEndsAt: string };
    expect(grant).toEqual({
      pass: expect.stringMatching(/^ey/),
      shopUrl: '/shop/?room=demo',
      now: new Date(edge.clock.nowMs()).toISOString(),
      sessionEndsAt: new Date(edge.clock.nowMs() + 600_000).toISOString(),
    });
    const second = await send('POST', `${api}/passes`, bearer(ticket));
    const other = (await second.json()) as typeof grant;
    expect([second.status, other.sessionEndsAt]).toEqual([201, grant.sessionEndsAt]);
    expect(other.pass).not.toBe(grant.pass);

    const end = await send('DELETE', `${api}/passes/me`, bearer(grant.pass));
    expect(end.status).toBe(204);
    expect(end.headers.get('set-cookie')).toContain('__Host-onsale-pass-demo=; Max-Age=0');
    expect(await problemOf(await send('POST', `${api}/passes`, bearer(ticket)))).toMatchObject({
      status: 410,
      code: 'ticket_spent',
    });
    const anew = await send('POST', `${api}/tickets`, bearer(ticket));
    expect(anew.status).toBe(201);
    expect(await anew.json()).toMatchObject({ score: '2', ticket: expect.stringMatching(/^ey/) });
  });

  it('a place is given up once, and both cookies go', async () => {
    await open();
    const { ticket } = await join();
    const answer = await send('DELETE', `${api}/tickets/me`, bearer(ticket));
    expect(answer.status).toBe(204);
    expect(answer.headers.getSetCookie().map((cookie) => cookie.split('=')[0])).toEqual([
      '__Host-onsale-ticket-demo',
      '__Host-onsale-pass-demo',
    ]);
    expect((await send('DELETE', `${api}/tickets/me`, bearer(ticket))).status).toBe(204);
    expect(await problemOf(await send('POST', `${api}/passes`, bearer(ticket)))).toMatchObject({
      code: 'ticket_spent',
    });
  });

  it('DELETE passes/me refuses like the gate', async () => {
    await open();
    const refusal = async (headers: Record<string, string>) =>
      problemOf(await send('DELETE', `${api}/passes/me`, headers));
    expect(await refusal({})).toMatchObject({ status: 403, code: 'not_admitted' });
    expect(await refusal(bearer('x'))).toMatchObject({ status: 401, code: 'pass_invalid' });
    expect(await refusal(bearer(await edge.pass('tatkal')))).toMatchObject({ status: 403, code: 'not_admitted' });
    const ended = await edge.pass('demo', { sessionEndsAtMs: edge.clock.nowMs() });
    expect(await refusal(bearer(ended))).toMatchObject({ status: 403, code: 'session_ended' });
  });
});

describe('the lobby', () => {
  it('keeps the score from its visitors until the room opens, and then derives it', async () => {
    await open({ opensAt: new Date(START + 20_000) });
    const { ticket, place } = await join();
    expect(place).toMatchObject({ state: 'lobby', position: null, ahead: null, estimatedWaitMs: null });
    expect(place).not.toHaveProperty('score');
    expect(atob(ticket.split('.')[1] ?? '')).not.toContain('score');
    await elapse(13);
    const opened = (await (await send('GET', `${api}/tickets/me`, bearer(ticket))).json()) as {
      score: string;
      state: string;
    };
    expect(Number(opened.score)).toBe(await drawScore('a seed for tests', String(place['ticketId']), 0));
    await admitted(ticket);
  });
});

describe('the page', () => {
  const html = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
  const form = { 'content-type': 'application/x-www-form-urlencoded', origin: ORIGIN, ...html };

  it('takes a visitor without script from the button to the shop', async () => {
    await open();
    const first = await send('GET', '/rooms/demo', html);
    expect(first.status).toBe(200);
    expect(first.headers.get('refresh')).toBeNull();
    expect(first.headers.get('set-cookie')).toBeNull();
    const joined = await send('POST', `${api}/tickets`, form);
    expect([joined.status, joined.headers.get('location')]).toEqual([303, '/rooms/demo']);
    const cookie = (joined.headers.get('set-cookie') ?? '').split(';')[0] ?? '';

    const waiting = await send('GET', '/rooms/demo', { ...html, cookie });
    expect(waiting.headers.get('refresh')).toMatch(/^2; url=\/rooms\/demo$/);
    expect(waiting.headers.get('cache-control')).toBe('no-store');
    await elapse(1);
    expect(await (await send('GET', '/rooms/demo', { ...html, cookie })).text()).toContain('You are almost in');
    await elapse(2);
    const turn = await send('GET', '/rooms/demo', { ...html, cookie });
    expect(await turn.text()).toMatch(/<form id="enter" method="post" action="\/api\/rooms\/demo\/passes">/);
    expect(turn.headers.get('set-cookie')).toBeNull();
    const entered = await send('POST', `${api}/passes`, { ...form, cookie });
    expect([entered.status, entered.headers.get('location')]).toEqual([303, '/shop/?room=demo']);
    const pass = (entered.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    const back = await send('GET', '/rooms/demo', { ...html, cookie: `${cookie}; ${pass}` });
    expect([back.status, back.headers.get('location')]).toEqual([303, '/shop/?room=demo']);
  });

  it('a look ahead is no answer', async () => {
    await open();
    const { cookie, ticket } = await join();
    await elapse(1);
    const state = async () =>
      ((await (await send('GET', `${api}/tickets/me`, bearer(ticket))).json()) as { state: string }).state;
    for (const ahead of [
      { 'sec-purpose': 'prefetch' },
      { purpose: 'prefetch' },
      { 'sec-purpose': 'prefetch;prerender' },
    ]) {
      await send('GET', '/rooms/demo', { ...html, cookie, ...ahead });
    }
    await send('HEAD', '/rooms/demo', { ...html, cookie });
    expect(await state()).toBe('called');
    await send('GET', '/rooms/demo', { ...html, cookie });
    expect(await state()).toBe('ready');
  });

  it('forms from elsewhere are refused with a page', async () => {
    await open();
    const answer = await send('POST', `${api}/tickets`, { ...form, origin: 'https://evil.example' });
    expect(answer.status).toBe(403);
    expect(answer.headers.get('content-type')).toContain('text/html');
  });

  it('is the place as JSON for those who ask for it', async () => {
    await open();
    const { cookie, place } = await join();
    const answer = await send('GET', '/rooms/demo', { cookie, accept: 'application/json, text/html;q=0.5' });
    expect(await answer.json()).toMatchObject({ ticketId: place['ticketId'], state: 'waiting' });
    expect(answer.headers.get('vary')).toContain('Accept');
    expect(await problemOf(await send('GET', '/rooms/demo'))).toMatchObject({ status: 401, code: 'unauthenticated' });
  });

  it('an unreadable ticket is taken away and explained', async () => {
    await open();
    const answer = await send('GET', '/rooms/demo', { ...html, cookie: '__Host-onsale-ticket-demo=x' });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('set-cookie')).toContain('Max-Age=0');
    expect(await answer.text()).toContain('Join again for a new one.');
  });

  it('leaves Refresh out where the script runs', async () => {
    await open();
    const { cookie } = await join();
    const answer = await send('GET', '/rooms/demo', { ...html, cookie: `${cookie}; onsale-script=1` });
    expect(answer.headers.get('refresh')).toBeNull();
    expect(await answer.text()).toContain('<noscript><meta http-equiv="refresh"');
  });

  it('lets its forms lead to a shop elsewhere', async () => {
    await open({ shopUrl: 'https://shop.example/sale' });
    const answer = await send('GET', '/rooms/demo', html);
    expect(answer.headers.get('content-security-policy')).toContain("form-action 'self' https://shop.example;");
  });
});

describe('the board', () => {
  it('is public, lives a second and tells everyone’s position', async () => {
    await open();
    for (let visitor = 0; visitor < 300; visitor += 1) await join();
    const last = await join();
    await elapse(1);
    const answer = await send('GET', `${api}/board`);
    expect(answer.headers.get('cache-control')).toBe('public, max-age=1');
    const board = (await answer.json()) as { lanes: { general: Parameters<typeof aheadOf>[0] } };
    const exact = (await (await send('GET', `${api}/tickets/me`, bearer(last.ticket))).json()) as {
      ahead: number;
      score: string;
    };
    expect(Math.abs(aheadOf(board.lanes.general, Number(exact.score)) - exact.ahead)).toBeLessThanOrEqual(6);
  });

  it('costs the store one read a second, however many look', async () => {
    await open();
    const before = edge.storeCalls();
    await Promise.all(Array.from({ length: 200 }, async () => send('GET', `${api}/board`)));
    expect(edge.storeCalls() - before).toBe(1);
    await elapse(1);
    await send('GET', `${api}/board`);
    expect(edge.storeCalls() - before).toBe(2);
  });
});

describe('losing the store', () => {
  it('its state lost: 503 room_recovering on every changing call, and no pass', async () => {
    await open();
    const { ticket } = await join();
    await admitted(ticket);
    await store.redis.flush();
    await store.setNow(edge.clock.nowMs());
    edge.clock.advance(1000);
    for (const [method, path] of [
      ['POST', 'tickets'],
      ['POST', 'passes'],
      ['DELETE', 'tickets/me'],
    ] as const) {
      const answer = await send(method, `${api}/${path}`, bearer(ticket));
      expect(answer.headers.get('retry-after')).toBe('1');
      expect(answer.headers.get('set-cookie')).toBeNull();
      expect(await problemOf(answer)).toMatchObject({ status: 503, code: 'room_recovering' });
    }
    expect(await (await send('GET', `${api}/board`)).json()).toMatchObject({ stale: true });
  });

  it('away: 503 within a second, the last board and the page go on', async () => {
    await open();
    const { ticket, cookie } = await join();
    await admitted(ticket);
    // A store that takes commands and never answers is worse than one that refuses.
    await store.direct.call('CLIENT', 'PAUSE', '4000', 'ALL');
    edge.clock.advance(1000);
    const began = performance.now();
    const answer = await send('POST', `${api}/passes`, bearer(ticket));
    expect(performance.now() - began).toBeLessThan(1000);
    expect(answer.headers.get('retry-after')).toBe('1');
    expect(await problemOf(answer)).toMatchObject({ status: 503, code: 'store_unavailable' });
    expect(await (await send('GET', `${api}/board`)).json()).toMatchObject({ stale: true, room: 'demo' });
    const page = await send('GET', '/rooms/demo', { accept: 'text/html', cookie });
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('We are reconnecting. Your place is safe.');
    await store.direct.call('CLIENT', 'UNPAUSE').catch(() => {});
  });
});
