import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { problemOf } from '../edge-app.fixture.ts';
import { startEdgeStore, STORE_PORTS, type EdgeStore } from '../edge-room.fixture.ts';
import { api, bearer, openRoom } from '../edge-visit.fixture.ts';

const html = { accept: 'text/html' };
const BACK = 'https://shop.example:8443/basket?id=1';
const query = `?return=${encodeURIComponent(BACK)}`;

describe.each(STORE_PORTS)('a return address over %s', (port) => {
  let store: EdgeStore;
  beforeAll(async () => {
    store = await startEdgeStore({ port });
  });
  afterAll(() => store.stop());
  beforeEach(() => store.redis.flush());
  const open = () => openRoom(store, { allowedReturnHosts: ['shop.example:8443'] });

  it('goes with the visitor from the button to the host that the room allows', async () => {
    const visit = await open();
    const origin = 'https://tickets.example';
    const form = { ...html, origin, 'content-type': 'application/x-www-form-urlencoded' };
    const joined = await visit.send('POST', `${api}/tickets${query}`, form);
    expect(joined.headers.get('location')).toBe(`/rooms/demo${query}`);
    const cookie = (joined.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    const waiting = await visit.send('GET', `/rooms/demo${query}`, { ...html, cookie });
    expect(waiting.headers.get('refresh')).toMatch(/; url=.*return=/);
    expect(waiting.headers.get('content-security-policy')).toContain("form-action 'self' https://shop.example:8443;");
    await visit.admit(/=(.*)/.exec(cookie)?.[1] ?? '');
    const entered = await visit.send('POST', `${api}/passes${query}`, { ...form, cookie });
    expect(entered.headers.get('location')).toBe(BACK);
    const pass = (entered.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    const live = await visit.send('GET', `/rooms/demo${query}`, { ...html, cookie: pass });
    expect([live.status, live.headers.get('location')]).toEqual([303, BACK]);
    const own = await visit.send('GET', '/rooms/demo?return=/shop/cart', { ...html, cookie: pass });
    expect(own.headers.get('location')).toBe('https://tickets.example/shop/cart');
  });

  it('elsewhere is refused, however it is written', async () => {
    const visit = await open();
    const { ticket } = await visit.join();
    for (const wished of [
      'https://evil.example/',
      '//evil.example/',
      '/\\evil.example/',
      'https://shop.example/',
      'http://shop.example:8443/',
      'https://shop.example:8443@evil.example/',
      'https://user:word@shop.example:8443/',
      'javascript:alert(1)',
      'https://',
    ]) {
      const path = `?return=${encodeURIComponent(wished)}`;
      const page = await visit.send('GET', `/rooms/demo${path}`, html);
      expect([page.status, page.headers.get('location')], wished).toEqual([400, null]);
      const answer = await visit.send('POST', `${api}/passes${path}`, bearer(ticket));
      expect(await problemOf(answer), wished).toMatchObject({ status: 400, code: 'return_url_refused' });
    }
  });
});
