import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { problemOf } from '../edge-app.fixture.ts';
import { startEdgeStore, STORE_PORTS, type EdgeStore } from '../edge-room.fixture.ts';
import { api, bearer, openRoom } from '../edge-visit.fixture.ts';

const ORIGIN = 'https://tickets.example';
describe.each(STORE_PORTS)('over %s,', (port) => {
  let store: EdgeStore;
  beforeAll(async () => {
    store = await startEdgeStore({ port });
  });
  afterAll(() => store.stop());
  beforeEach(() => store.redis.flush());

  describe('the page', () => {
    const html = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
    const form = { 'content-type': 'application/x-www-form-urlencoded', origin: ORIGIN, ...html };

    it('takes a visitor without script from the button to the shop', async () => {
      const visit = await openRoom(store);
      const first = await visit.send('GET', '/rooms/demo', html);
      expect(first.status).toBe(200);
      expect(first.headers.get('refresh')).toBeNull();
      expect(first.headers.get('set-cookie')).toBeNull();
      const joined = await visit.send('POST', `${api}/tickets`, form);
      expect([joined.status, joined.headers.get('location')]).toEqual([303, '/rooms/demo']);
      const cookie = (joined.headers.get('set-cookie') ?? '').split(';')[0] ?? '';

      const waiting = await visit.send('GET', '/rooms/demo', { ...html, cookie });
      expect(waiting.headers.get('refresh')).toMatch(/^2; url=\/rooms\/demo$/);
      expect(waiting.headers.get('cache-control')).toBe('no-store');
      await visit.elapse(1);
      expect(await (await visit.send('GET', '/rooms/demo', { ...html, cookie })).text()).toContain('You are almost in');
      await visit.elapse(2);
      const turn = await visit.send('GET', '/rooms/demo', { ...html, cookie });
      expect(await turn.text()).toMatch(/<form id="enter" method="post" action="\/api\/rooms\/demo\/passes">/);
      expect(turn.headers.get('set-cookie')).toBeNull();
      const entered = await visit.send('POST', `${api}/passes`, { ...form, cookie });
      expect([entered.status, entered.headers.get('location')]).toEqual([303, '/shop/?room=demo']);
      const pass = (entered.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
      const back = await visit.send('GET', '/rooms/demo', { ...html, cookie: `${cookie}; ${pass}` });
      expect([back.status, back.headers.get('location')]).toEqual([303, '/shop/?room=demo']);
    });

    it('a look ahead is no answer', async () => {
      const visit = await openRoom(store);
      const { cookie, ticket } = await visit.join();
      await visit.elapse(1);
      const state = async () =>
        ((await (await visit.send('GET', `${api}/tickets/me`, bearer(ticket))).json()) as { state: string }).state;
      for (const ahead of [
        { 'sec-purpose': 'prefetch' },
        { purpose: 'prefetch' },
        { 'sec-purpose': 'prefetch;prerender' },
      ]) {
        await visit.send('GET', '/rooms/demo', { ...html, cookie, ...ahead });
      }
      await visit.send('HEAD', '/rooms/demo', { ...html, cookie });
      expect(await state()).toBe('called');
      await visit.send('GET', '/rooms/demo', { ...html, cookie });
      expect(await state()).toBe('ready');
    });

    it('forms from elsewhere are refused with a page', async () => {
      const visit = await openRoom(store);
      const answer = await visit.send('POST', `${api}/tickets`, { ...form, origin: 'https://evil.example' });
      expect(answer.status).toBe(403);
      expect(answer.headers.get('content-type')).toContain('text/html');
    });

    it('is the place as JSON for those who ask for it', async () => {
      const visit = await openRoom(store);
      const { cookie, place } = await visit.join();
      const answer = await visit.send('GET', '/rooms/demo', { cookie, accept: 'application/json, text/html;q=0.5' });
      expect(await answer.json()).toMatchObject({ ticketId: place['ticketId'], state: 'waiting' });
      expect(answer.headers.get('vary')).toContain('Accept');
      expect(await problemOf(await visit.send('GET', '/rooms/demo'))).toMatchObject({
        status: 401,
        code: 'unauthenticated',
      });
    });

    it('an unreadable ticket is taken away and explained', async () => {
      const visit = await openRoom(store);
      const answer = await visit.send('GET', '/rooms/demo', { ...html, cookie: '__Host-onsale-ticket-demo=x' });
      expect(answer.status).toBe(401);
      expect(answer.headers.get('set-cookie')).toContain('Max-Age=0');
      expect(await answer.text()).toContain('Join again for a new one.');
    });

    it('a pass that counts no more is taken away, and the page goes on', async () => {
      const visit = await openRoom(store);
      const ended = await visit.edge.pass('demo', { sessionEndsAtMs: visit.edge.clock.nowMs() });
      for (const pass of ['rubbish', ended, await visit.edge.pass('other')]) {
        const answer = await visit.send('GET', '/rooms/demo', { ...html, cookie: `__Host-onsale-pass-demo=${pass}` });
        expect([answer.status, answer.headers.get('set-cookie')]).toEqual([
          200,
          '__Host-onsale-pass-demo=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax',
        ]);
      }
    });

    it('leaves Refresh out where the script runs', async () => {
      const visit = await openRoom(store);
      const { cookie } = await visit.join();
      const answer = await visit.send('GET', '/rooms/demo', { ...html, cookie: `${cookie}; onsale-script=1` });
      expect(answer.headers.get('refresh')).toBeNull();
      expect(await answer.text()).toContain('<noscript><meta http-equiv="refresh"');
    });

    it('lets its forms lead to a shop elsewhere', async () => {
      const visit = await openRoom(store, { shopUrl: 'https://shop.example/sale' });
      const answer = await visit.send('GET', '/rooms/demo', html);
      expect(answer.headers.get('content-security-policy')).toContain("form-action 'self' https://shop.example;");
    });
  });
});
