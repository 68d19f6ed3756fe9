import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { drawScore } from '../contracts/draw.ts';
import { problemOf } from './edge-app.fixture.ts';
import { startEdgeStore, STORE_PORTS, type EdgeStore } from './edge-room.fixture.ts';
import { api, bearer, openRoom, START } from './edge-visit.fixture.ts';

describe.each(STORE_PORTS)('over %s,', (port) => {
  let store: EdgeStore;
  beforeAll(async () => {
    store = await startEdgeStore({ port });
  });
  afterAll(() => store.stop());
  beforeEach(() => store.redis.flush());

  describe('joining', () => {
    it('gives a place with a signed ticket and a cookie, and again the same place', async () => {
      const visit = await openRoom(store);
      const answer = await visit.send('POST', `${api}/tickets`);
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
      const again = await visit.send('POST', `${api}/tickets`, bearer(String(place['ticket'])));
      expect(again.status).toBe(200);
      const { ticket: _ticket, ...same } = place;
      expect(await again.json()).toEqual(same);
      const other = await visit.join();
      expect(other.place).toMatchObject({ score: '2', position: 2 });
    });

    it('refuses unknown rooms and lanes by name', async () => {
      const visit = await openRoom(store);
      const room = await visit.send('POST', '/api/rooms/nowhere/tickets');
      expect(await problemOf(room)).toMatchObject({ status: 404, code: 'room_not_found' });
      for (const path of ['/rooms/nowhere', '/api/rooms/nowhere/board'])
        expect((await visit.send('GET', path, { accept: '*/*' })).status).toBe(404);
      const body = '{"lane":"vip"}';
      const lane = await visit.edge.ask(`${api}/tickets`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      });
      expect(await problemOf(lane)).toMatchObject({ status: 422, code: 'lane_unknown' });
    });

    it('is limited per client address', async () => {
      const visit = await openRoom(store, { joinsPerClientPerMinute: 2 });
      await visit.join();
      const { ticket } = await visit.join();
      const third = await visit.send('POST', `${api}/tickets`);
      expect(Number(third.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(await problemOf(third)).toMatchObject({ status: 429, code: 'rate_limited' });
      expect((await visit.send('POST', `${api}/tickets`, bearer(ticket))).status).toBe(200);
    });

    it('a room that rejects or is closed says so', async () => {
      const visit = await openRoom(store, { queueingMethod: 'reject' });
      expect(await problemOf(await visit.send('POST', `${api}/tickets`))).toMatchObject({
        status: 403,
        code: 'room_rejecting',
      });
      await store.redis.flush();
      const closed = await openRoom(store, { closed: true });
      expect(await problemOf(await closed.send('POST', `${api}/tickets`))).toMatchObject({
        status: 403,
        code: 'room_closed',
      });
    });

    it('exact looks are limited per ticket', async () => {
      const visit = await openRoom(store);
      const { ticket } = await visit.join();
      const statuses = [];
      for (let look = 0; look < 31; look += 1)
        statuses.push((await visit.send('GET', `${api}/tickets/me`, bearer(ticket))).status);
      expect(statuses.filter((status) => status === 200)).toHaveLength(30);
      expect(statuses.at(-1)).toBe(429);
    });
  });

  describe('from the call to the end of the session', () => {
    it('answer, admission, pass, end, and a new place', async () => {
      const visit = await openRoom(store);
      const { ticket } = await visit.join();
      const early = await visit.send('POST', `${api}/passes`, bearer(ticket));
      expect(early.status).toBe(202);
      expect(Number(early.headers.get('retry-after'))).toBeGreaterThan(0);
      await visit.elapse(1);
      const answer = await visit.send('POST', `${api}/passes`, bearer(ticket));
      expect(await answer.json()).toMatchObject({ state: 'ready', againMs: 5000 });
      await visit.elapse(2);
      expect(await (await visit.send('GET', `${api}/tickets/me`, bearer(ticket))).json()).toMatchObject({
        state: 'admitted',
      });

      const claim = await visit.send('POST', `${api}/passes`, bearer(ticket));
      expect(claim.status).toBe(201);
      expect(claim.headers.get('set-cookie')).toMatch(
        /^__Host-onsale-pass-demo=ey[^;]+; Max-Age=600; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
      );
      const grant = (await claim.json()) as { pass: string; sessionEndsAt: string };
      expect(grant).toEqual({
        pass: expect.stringMatching(/^ey/),
        shopUrl: '/shop/?room=demo',
        now: new Date(visit.edge.clock.nowMs()).toISOString(),
        sessionEndsAt: new Date(visit.edge.clock.nowMs() + 600_000).toISOString(),
      });
      const second = await visit.send('POST', `${api}/passes`, bearer(ticket));
      const other = (await second.json()) as typeof grant;
      expect([second.status, other.sessionEndsAt]).toEqual([201, grant.sessionEndsAt]);
      expect(other.pass).not.toBe(grant.pass);

      const end = await visit.send('DELETE', `${api}/passes/me`, bearer(grant.pass));
      expect(end.status).toBe(204);
      expect(end.headers.get('set-cookie')).toContain('__Host-onsale-pass-demo=; Max-Age=0');
      expect(await problemOf(await visit.send('POST', `${api}/passes`, bearer(ticket)))).toMatchObject({
        status: 410,
        code: 'ticket_spent',
      });
      const anew = await visit.send('POST', `${api}/tickets`, bearer(ticket));
      expect(anew.status).toBe(201);
      expect(await anew.json()).toMatchObject({ score: '2', ticket: expect.stringMatching(/^ey/) });
    });

    it('a place is given up once, and both cookies go', async () => {
      const visit = await openRoom(store);
      const { ticket } = await visit.join();
      const answer = await visit.send('DELETE', `${api}/tickets/me`, bearer(ticket));
      expect(answer.status).toBe(204);
      expect(answer.headers.getSetCookie().map((cookie) => cookie.split('=')[0])).toEqual([
        '__Host-onsale-ticket-demo',
        '__Host-onsale-pass-demo',
      ]);
      expect((await visit.send('DELETE', `${api}/tickets/me`, bearer(ticket))).status).toBe(204);
      expect(await problemOf(await visit.send('POST', `${api}/passes`, bearer(ticket)))).toMatchObject({
        code: 'ticket_spent',
      });
    });

    it('DELETE passes/me refuses like the gate', async () => {
      const visit = await openRoom(store);
      const refusal = async (headers: Record<string, string>) =>
        problemOf(await visit.send('DELETE', `${api}/passes/me`, headers));
      expect(await refusal({})).toMatchObject({ status: 403, code: 'not_admitted' });
      expect(await refusal(bearer('x'))).toMatchObject({ status: 401, code: 'pass_invalid' });
      expect(await refusal(bearer(await visit.edge.pass('tatkal')))).toMatchObject({
        status: 403,
        code: 'not_admitted',
      });
      const ended = await visit.edge.pass('demo', { sessionEndsAtMs: visit.edge.clock.nowMs() });
      expect(await refusal(bearer(ended))).toMatchObject({ status: 403, code: 'session_ended' });
    });
  });

  describe('the lobby', () => {
    it('keeps the score from its visitors until the room opens, and then derives it', async () => {
      const visit = await openRoom(store, { opensAt: new Date(START + 20_000) });
      const { ticket, place } = await visit.join();
      expect(place).toMatchObject({ state: 'lobby', position: null, ahead: null, estimatedWaitMs: null });
      expect(place).not.toHaveProperty('score');
      expect(atob(ticket.split('.')[1] ?? '')).not.toContain('score');
      await visit.elapse(13);
      const opened = (await (await visit.send('GET', `${api}/tickets/me`, bearer(ticket))).json()) as {
        score: string;
        state: string;
      };
      expect(Number(opened.score)).toBe(await drawScore('a seed for tests', String(place['ticketId']), 0));
      await visit.admit(ticket);
    });
  });
});
