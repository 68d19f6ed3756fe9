import { beforeEach, describe, expect, it } from 'vitest';
import { EDGE_ROUTES, type Route } from '../../contracts/routes.ts';
import { createEdgeFixture, problemOf, STORE_AWAY, type EdgeFixture } from '../edge-app.fixture.ts';

/** Every call of the edge that changes something and may rely on a cookie; joining takes the ticket's where there is one. */
const unsafe = EDGE_ROUTES.filter(
  ({ method, path, credentials }: Route) =>
    method !== 'GET' && (!credentials.includes('none') || path.endsWith('/tickets')),
).map(({ method, path }) => [method, path.replace(':room', 'demo')] as const);

let edge: EdgeFixture;
beforeEach(async () => {
  edge = await createEdgeFixture({ store: () => STORE_AWAY });
});

it('the table knows the calls', () => {
  expect(unsafe.map(([method, path]) => `${method} ${path}`)).toEqual([
    'POST /api/rooms/demo/tickets',
    'DELETE /api/rooms/demo/tickets/me',
    'POST /api/rooms/demo/passes',
    'DELETE /api/rooms/demo/passes/me',
    'POST /api/rooms/demo/feed-tokens',
  ]);
});

describe.each(unsafe)('%s %s with a cookie', (method, path) => {
  const json = { 'content-type': 'application/json' };
  const send = async (headers: Record<string, string>) => {
    const cookie = `__Host-onsale-ticket-demo=${await edge.ticket()}; __Host-onsale-pass-demo=${await edge.pass()}`;
    return edge.app.request(path, { method, headers: { ...json, cookie, ...headers } });
  };

  it.each<Record<string, string>>([
    {},
    { origin: 'https://evil.example' },
    { origin: 'https://tickets.example.evil.example' },
    { origin: 'http://tickets.example' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'none' },
    { 'content-type': 'application/x-www-form-urlencoded' },
    { 'content-type': 'application/x-www-form-urlencoded', origin: 'https://evil.example' },
    { 'content-type': 'text/plain', origin: 'https://tickets.example' },
    { 'content-type': 'multipart/form-data; boundary=x', origin: 'https://tickets.example' },
  ])('is refused with %o, and no store is asked', async (headers) => {
    expect((await send(headers)).status).toBe(403);
    expect(edge.storeCalls()).toBe(0);
  });

  it('counts from our own pages', async () => {
    for (const headers of [{ origin: 'https://tickets.example' }, { 'sec-fetch-site': 'same-origin' }]) {
      const answer = await send(headers);
      if (answer.status !== 201) expect(await problemOf(answer)).toMatchObject({ code: 'store_unavailable' });
    }
  });
});
