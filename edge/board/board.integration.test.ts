import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { aheadOf } from '../../contracts/board.ts';
import { problemOf } from '../edge-app.fixture.ts';
import { startEdgeStore, STORE_PORTS, type EdgeStore } from '../edge-room.fixture.ts';
import { api, bearer, openRoom } from '../edge-visit.fixture.ts';

describe.each(STORE_PORTS)('over %s,', (port) => {
  let store: EdgeStore;
  beforeAll(async () => {
    store = await startEdgeStore({ port });
  });
  afterAll(() => store.stop());
  beforeEach(() => store.redis.flush());

  describe('the board', () => {
    it('is public, lives a second and tells everyone’s position', async () => {
      const visit = await openRoom(store);
      for (let visitor = 0; visitor < 120; visitor += 1) await visit.join();
      const last = await visit.join();
      await visit.elapse(1);
      const answer = await visit.send('GET', `${api}/board`);
      expect(answer.headers.get('cache-control')).toBe('public, max-age=1');
      const board = (await answer.json()) as { lanes: { general: Parameters<typeof aheadOf>[0] } };
      const exact = (await (await visit.send('GET', `${api}/tickets/me`, bearer(last.ticket))).json()) as {
        ahead: number;
        score: string;
      };
      expect(Math.abs(aheadOf(board.lanes.general, Number(exact.score)) - exact.ahead)).toBeLessThanOrEqual(6);
    });

    it('costs the store one read a second, however many look', async () => {
      const visit = await openRoom(store);
      const before = visit.edge.storeCalls();
      await Promise.all(Array.from({ length: 200 }, async () => visit.send('GET', `${api}/board`)));
      expect(visit.edge.storeCalls() - before).toBe(1);
      await visit.elapse(1);
      await visit.send('GET', `${api}/board`);
      expect(visit.edge.storeCalls() - before).toBe(2);
    });
  });

  describe('losing the store', () => {
    it('its state lost: 503 room_recovering on every changing call, and no pass', async () => {
      const visit = await openRoom(store);
      const { ticket } = await visit.join();
      await visit.admit(ticket);
      await store.redis.flush();
      await store.setNow(visit.edge.clock.nowMs());
      visit.edge.clock.advance(1000);
      for (const [method, path] of [
        ['POST', 'tickets'],
        ['POST', 'passes'],
        ['DELETE', 'tickets/me'],
      ] as const) {
        const answer = await visit.send(method, `${api}/${path}`, bearer(ticket));
        expect(answer.headers.get('retry-after')).toBe('1');
        expect(answer.headers.get('set-cookie')).toBeNull();
        expect(await problemOf(answer)).toMatchObject({ status: 503, code: 'room_recovering' });
      }
      expect(await (await visit.send('GET', `${api}/board`)).json()).toMatchObject({ stale: true });
    });

    it('away: 503 within a second, the last board and the page go on', async () => {
      const visit = await openRoom(store);
      const { ticket, cookie } = await visit.join();
      await visit.admit(ticket);
      // A store that takes commands and never answers is worse than one that refuses.
      await store.direct.call('CLIENT', 'PAUSE', '4000', 'ALL');
      visit.edge.clock.advance(1000);
      const began = performance.now();
      const headers = { accept: 'application/json', ...bearer(ticket) };
      const answer = await visit.edge.app.request(`${api}/passes`, { method: 'POST', headers });
      expect(performance.now() - began).toBeLessThan(1000);
      expect(answer.headers.get('retry-after')).toBe('1');
      expect(await problemOf(answer)).toMatchObject({ status: 503, code: 'store_unavailable' });
      expect(await (await visit.send('GET', `${api}/board`)).json()).toMatchObject({ stale: true, room: 'demo' });
      const page = await visit.send('GET', '/rooms/demo', { accept: 'text/html', cookie });
      expect(page.status).toBe(200);
      expect(await page.text()).toContain('We are reconnecting. Your place is safe.');
      await store.direct.call('CLIENT', 'UNPAUSE').catch(() => {});
    });
  });

  describe('a worker that stands still', () => {
    it('shows: the board is stale from three seconds on, though the store answers', async () => {
      const visit = await openRoom(store);
      const { cookie } = await visit.join();
      const board = async () => (await visit.send('GET', `${api}/board`)).json();
      visit.edge.clock.advance(3000);
      expect(await board()).not.toHaveProperty('stale');
      visit.edge.clock.advance(1);
      expect(await board()).toMatchObject({ stale: true, room: 'demo' });
      const page = await visit.send('GET', '/rooms/demo', { accept: 'text/html', cookie });
      expect(await page.text()).toContain('We are reconnecting. Your place is safe.');
      await visit.elapse(1);
      expect(await board()).not.toHaveProperty('stale');
    });
  });
});
