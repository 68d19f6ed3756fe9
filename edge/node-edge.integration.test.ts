import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { generateEdgeKeySet } from '../tokens/generate-keys.ts';
import { patiently } from './edge-app.fixture.ts';
import { startEdgeStore, type EdgeStore } from './edge-room.fixture.ts';
import { EDGE_RUNTIMES, type RunningEdge } from './runtimes.fixture.ts';

const ORIGIN = 'http://127.0.0.1:8787';
let store: EdgeStore;
let feedServer: Server;
let feed: WebSocketServer;
let keys: string;
const handshakes: IncomingMessage[] = [];

beforeAll(async () => {
  store = await startEdgeStore({ shippedClock: true });
  await store.putRoom('demo', { joinsPerClientPerMinute: 5 });
  await store.tick('demo');
  keys = JSON.stringify(await generateEdgeKeySet());
  feedServer = createServer();
  feed = new WebSocketServer({ server: feedServer });
  feed.on('connection', (socket, request) => {
    handshakes.push(request);
    socket.on('message', (data: Buffer) => socket.send(`echo ${data.toString()}`));
  });
  await new Promise<void>((resolve) => {
    feedServer.listen(0, '127.0.0.1', resolve);
  });
});
afterAll(async () => {
  for (const socket of feed.clients) socket.terminate();
  feedServer.close();
  await store.stop();
});

const startEdge = (more: Record<string, string> = {}): Promise<RunningEdge> =>
  EDGE_RUNTIMES.Node(store, {
    ONSALE_ORIGIN: ORIGIN,
    ONSALE_CORE_URL: 'http://127.0.0.1:9',
    ONSALE_FEED_URL: 'ws://127.0.0.1:8787/feed',
    ONSALE_FEED_UPSTREAM_URL: `ws://127.0.0.1:${portOf(feedServer)}`,
    ONSALE_CORE_SECRET: 'shared-secret',
    ONSALE_INSTANCE: 'test',
    ONSALE_EDGE_KEYS: keys,
    ...more,
  });
const portOf = (server: Server): number => (server.address() as AddressInfo).port;

/** Opens a socket; resolves with it, or with the status that refused it. */
const openSocket = (url: string): Promise<WebSocket | number> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(url, { origin: ORIGIN, headers: { cookie: 'a=b', 'x-forwarded-for': '1.1.1.1' } });
    socket.on('open', () => resolve(socket));
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
    socket.on('error', reject);
  });
const sockets = (edge: RunningEdge) => edge.url.replace('http', 'ws');

describe('sockets', () => {
  it('reach the feed below its path, both ways, with the Origin and nothing that names the client', async () => {
    const edge = await startEdge();
    const socket = await openSocket(`${sockets(edge)}/feed/rooms/demo?x=1`);
    if (typeof socket === 'number') throw new Error(`refused with ${socket}`);
    const reply = new Promise((resolve) => {
      socket.on('message', (data: Buffer) => resolve(data.toString()));
    });
    socket.send('hello');
    expect(await reply).toBe('echo hello');
    const handshake = handshakes.at(-1);
    expect([handshake?.url, handshake?.headers.origin]).toEqual(['/rooms/demo?x=1', ORIGIN]);
    expect([handshake?.headers.cookie, handshake?.headers['x-forwarded-for']]).toEqual([undefined, undefined]);
    const closed = new Promise((resolve) => {
      socket.on('close', resolve);
    });
    await edge.stop();
    await closed;
  });

  it('elsewhere, beyond the limit, and with the feed away are refused', async () => {
    const edge = await startEdge({ ONSALE_EDGE_MAX_SOCKETS: '1' });
    expect(await openSocket(`${sockets(edge)}/rooms/demo`)).toBe(404);
    const first = await openSocket(`${sockets(edge)}/feed/rooms/demo`);
    expect(first).toBeInstanceOf(WebSocket);
    expect(await openSocket(`${sockets(edge)}/feed/rooms/demo`)).toBe(503);
    await edge.stop();
    const alone = await startEdge({ ONSALE_FEED_UPSTREAM_URL: 'ws://127.0.0.1:9' });
    expect(await openSocket(`${sockets(alone)}/feed/rooms/demo`)).toBe(503);
    await alone.stop();
  });
});

describe('several processes', () => {
  it('give one line of numbers, read each other’s tickets, and count a client together', async () => {
    const edges = await Promise.all([
      startEdge({ ONSALE_TRUSTED_PROXIES: '127.0.0.0/8' }),
      startEdge({ ONSALE_TRUSTED_PROXIES: '127.0.0.0/8' }),
    ]);
    const join = (turn: number, address: string) =>
      patiently(() =>
        fetch(`${edges[turn % 2]?.url}/api/rooms/demo/tickets`, {
          method: 'POST',
          headers: { 'x-forwarded-for': address },
        }),
      );
    const places: { score: string; ticket: string }[] = [];
    for (let turn = 0; turn < 5; turn += 1)
      places.push((await (await join(turn, '2001:db8:1:2::5')).json()) as { score: string; ticket: string });
    expect(places.map((place) => place.score)).toEqual(['1', '2', '3', '4', '5']);
    // The sixth of the same /64 is one too many, whichever process it meets.
    expect((await join(5, '2001:db8:1:2::99')).status).toBe(429);
    expect((await join(6, '2001:db8:1:3::5')).status).toBe(201);
    const other = await fetch(`${edges[1]?.url}/api/rooms/demo/tickets/me`, {
      headers: { authorization: `Bearer ${places[0]?.ticket ?? ''}` },
    });
    expect(await other.json()).toMatchObject({ score: '1' });
    await Promise.all(edges.map((edge) => edge.stop()));
  });

  it('believe no header of somebody who is no trusted proxy', async () => {
    const edge = await startEdge();
    const statuses = [];
    for (let turn = 0; turn < 6; turn += 1) {
      const headers = { 'x-forwarded-for': `198.51.100.${turn}`, 'cf-connecting-ip': `198.51.100.${turn}` };
      statuses.push((await fetch(`${edge.url}/api/rooms/demo/tickets`, { method: 'POST', headers })).status);
    }
    expect(statuses).toEqual([201, 201, 201, 201, 201, 429]);
    await edge.stop();
  });
});

it('files are answered with an ETag, and a folder without its slash leads to it', async () => {
  const edge = await startEdge();
  const first = await fetch(`${edge.url}/shop/`);
  expect([first.status, first.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  const again = await fetch(`${edge.url}/shop/`, { headers: { 'if-none-match': first.headers.get('etag') ?? '' } });
  expect(again.status).toBe(304);
  expect((await fetch(`${edge.url}/shop`, { redirect: 'manual' })).headers.get('location')).toBe('/shop/');
  for (const path of ['/shop/%2e%2e/%2e%2e/etc/passwd', '/nothing', '/shop/index.js'])
    expect((await fetch(edge.url + path)).status).toBe(404);
  await edge.stop();
});
