import { createServer, type IncomingMessage, type Server } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateEdgeKeySet } from '../tokens/generate-keys.ts';
import { patiently, problemOf } from './edge-app.fixture.ts';
import { startEdgeStore, type EdgeStore } from './edge-room.fixture.ts';
import { bundleWorker, EDGE_RUNTIMES, type RunningEdge } from './runtimes.fixture.ts';

/** The largest bundle we ship, gzipped, in bytes. */
const MAX_BUNDLE_BYTES = 150 * 1024;

let store: EdgeStore;
let core: Server;
const received: IncomingMessage[] = [];
let coreUrl = '';

beforeAll(async () => {
  store = await startEdgeStore({ shippedClock: true });
  await store.putRoom('demo');
  await store.tick('demo');
  coreUrl = await startCore();
});
afterAll(async () => {
  core.close();
  await store.stop();
});

function startCore(): Promise<string> {
  core = createServer((request, response) => {
    received.push(request);
    if (request.url === '/v1/bookings/b/checkout?code=c')
      response.writeHead(303, { location: 'https://pay.example/p' }).end();
    else response.writeHead(200, { 'content-type': 'application/json' }).end('{"items":[]}');
  });
  return new Promise((resolve) => {
    core.listen(0, '127.0.0.1', () => {
      const address = core.address();
      resolve(`http://127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}`);
    });
  });
}

it('the Worker’s bundle is small enough', async () => {
  expect(gzipSync(await bundleWorker()).length).toBeLessThan(MAX_BUNDLE_BYTES);
});

describe.each(Object.entries(EDGE_RUNTIMES))('the edge on %s', (_name, start) => {
  let edge: RunningEdge;
  beforeAll(async () => {
    edge = await start(store, {
      ONSALE_ORIGIN: 'http://127.0.0.1:8787',
      ONSALE_CORE_URL: coreUrl,
      ONSALE_FEED_URL: 'ws://127.0.0.1:9000',
      ONSALE_CORE_SECRET: 'shared-secret',
      ONSALE_INSTANCE: 'test',
      ONSALE_EDGE_KEYS: JSON.stringify(await generateEdgeKeySet()),
    });
  });
  afterAll(() => edge.stop());
  const send = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(new URL(path, edge.url), { redirect: 'manual', ...init });

  it('joins, tells the place and the board, and keeps the room’s cookie', async () => {
    const joined = await patiently(() => send('/api/rooms/demo/tickets', { method: 'POST' }));
    expect(joined.status).toBe(201);
    expect(joined.headers.get('set-cookie')).toMatch(
      /^onsale-ticket-demo\.test=ey[^;]+; Max-Age=86(?:400|39\d); Path=\/; HttpOnly; SameSite=Lax$/,
    );
    const { ticket } = (await joined.json()) as { ticket: string };
    const headers = { authorization: `Bearer ${ticket}` };
    const me = await patiently(() => send('/api/rooms/demo/tickets/me', { headers }));
    expect(await me.json()).toMatchObject({ state: 'waiting' });
    expect(await (await send('/api/rooms/demo/board')).json()).toMatchObject({ room: 'demo', epoch: 1 });
    const page = await send('/rooms/demo', {
      headers: { accept: 'text/html', cookie: joined.headers.get('set-cookie') ?? '' },
    });
    expect(await page.text()).toContain('You are in line');
  });

  it('answers many at once, more than one connection could', async () => {
    const statuses = await Promise.all(
      Array.from({ length: 60 }, async (_, index) =>
        index % 2 === 0
          ? (await send('/api/rooms/demo/board')).status
          : (await send('/api/rooms/demo/tickets', { method: 'POST' })).status,
      ),
    );
    // On a busy machine some may be told to come again; what matters is that all are answered, and most are served.
    expect(statuses.filter((status) => status === 200 || status === 201).length).toBeGreaterThanOrEqual(40);
    expect(statuses.filter((status) => ![200, 201, 503].includes(status))).toEqual([]);
  });

  it('refuses a body that is far too large while it is still coming', async () => {
    const body = JSON.stringify({ pad: 'x'.repeat(5_000_000) });
    const headers = { 'content-type': 'application/json' };
    for (const path of ['/api/rooms/demo/tickets', '/api/core/v1/bookings']) {
      const post = () => send(path, { method: 'POST', headers, body });
      // A runtime that answers and closes while we still write may reset us before we have read: then once more.
      const answer = await post().catch(post);
      expect(await problemOf(answer)).toMatchObject({ status: 413, code: 'payload_too_large' });
    }
  });

  it('passes an import on whole, which is larger than any other body', async () => {
    const headers = { 'content-type': 'text/csv', authorization: 'Bearer operator' };
    const body = 'x'.repeat(8_000_000);
    const answer = await send('/api/core/v1/operator/seat-maps?dryRun=true', { method: 'POST', headers, body });
    expect([answer.status, received.at(-1)?.headers['content-length']]).toEqual([200, '8000000']);
  });

  it('sends to core what core may know, and gives its redirects back', async () => {
    const headers = {
      'x-forwarded-for': '1.1.1.1',
      cookie: 'a=b',
      'onsale-secret': 'guess',
      authorization: 'Bearer own',
    };
    expect(await (await send('/api/core/v1/events?q=x', { headers })).json()).toEqual({ items: [] });
    const got = received.at(-1);
    expect(got?.url).toBe('/v1/events?q=x');
    expect(got?.headers).toMatchObject({
      'onsale-secret': 'shared-secret',
      'onsale-client-address': '127.0.0.1',
      authorization: 'Bearer own',
    });
    expect([got?.headers['x-forwarded-for'], got?.headers.cookie]).toEqual([undefined, undefined]);
    const checkout = await send('/api/core/v1/bookings/b/checkout?code=c');
    expect([checkout.status, checkout.headers.get('location')]).toEqual([303, 'https://pay.example/p']);
    const webhook = await send('/api/core/v1/payments/webhooks/sandbox', { method: 'POST', body: '{"a":1}' });
    expect(webhook.status).toBe(200);
    expect(received.at(-1)?.headers['content-length']).toBe('7');
  });

  it('serves files with the pages’ headers, and refuses in the same form', async () => {
    expect((await send('/shop/')).headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(await problemOf(await send('/api/rooms/nowhere/board'))).toMatchObject({
      status: 404,
      code: 'room_not_found',
    });
    expect((await send('/.well-known/jwks.json')).status).toBe(200);
    expect((await send('/openapi.json')).headers.get('content-type')).toContain('application/json');
    expect((await send('/readyz')).status).toBe(200);
  });
});
