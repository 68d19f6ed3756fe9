import { getRequestListener } from '@hono/node-server';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  Agent,
  createServer,
  request as sendRequest,
  type IncomingHttpHeaders,
  type RequestListener,
  type Server,
} from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { EmptyAwareResponse } from '../../platform/empty-answer.node.ts';
import { createEdgeFixture, type EdgeFixture } from '../edge-app.fixture.ts';
import { keptListener } from './kept-listener.node.ts';

const SHOW = '/api/core/v1/performances/show';
const AVAILABILITY = `${SHOW}/availability`;
const OTHER = '/api/core/v1/performances/other/availability';
/** Too large to be kept but packed. */
const SEAT_MAP = `${SHOW}/seat-map`;
const LARGE = JSON.stringify({ names: randomBytes(270_000).toString('hex') });
const EVENT = '/api/core/v1/events/e';

/** What core has to say now, by path and query; each of its answers may be kept for a second. */
const texts = new Map<string, string>();
const core = async ({ url }: Request): Promise<Response> => {
  const { pathname, search } = new URL(url);
  const text = texts.get(pathname.endsWith('/seat-map') ? pathname : pathname + search);
  if (text === undefined) return new Response('{}', { status: 404 });
  const tag: Record<string, string> = pathname.includes('events') ? {} : { etag: `"${text.length}"` };
  const own = { 'x-request-id': 'of core', age: '7', date: 'then', 'x-content-type-options': 'nosniff' };
  return new Response(text, {
    headers: { 'content-type': 'application/json', 'cache-control': 'public, max-age=1', ...tag, ...own },
  });
};

let edge: EdgeFixture;
/** Requests that reached the app of the second server. */
let rested = 0;
const servers: Server[] = [];
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
let [routed, past] = [0, 0];

const listen = async (listener: RequestListener): Promise<number> => {
  const server = createServer({ ServerResponse: EmptyAwareResponse }, listener).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
};

beforeAll(async () => {
  const none = () => Promise.reject(new Error('not asked for'));
  edge = await createEdgeFixture({
    store: () => ({ run: () => Promise.resolve([1, 0]), get: none, isMember: none }),
    core,
  });
  const listener = getRequestListener(edge.app.fetch);
  const router: RequestListener = (incoming, outgoing) => void listener(incoming, outgoing);
  routed = await listen(router);
  past = await listen(
    keptListener(edge.keptAnswers, edge.clock, (incoming, outgoing) => {
      rested += 1;
      router(incoming, outgoing);
    }),
  );
});
afterAll(() => {
  agent.destroy();
  for (const server of servers) server.close();
});
beforeEach(async () => {
  texts.set('/v1/performances/show/availability', JSON.stringify({ states: 'A'.repeat(30_000) }));
  texts.set('/v1/performances/show/availability?from=A&to=B', JSON.stringify({ states: 'B'.repeat(30_000) }));
  texts.set('/v1/performances/other/availability', JSON.stringify({ states: 'C'.repeat(20_000) }));
  texts.set('/v1/performances/show/seat-map', LARGE);
  texts.set('/v1/events/e', '{"name":"ü"}');
  edge.clock.advance(1000);
});

type Answered = { status: number | undefined; headers: IncomingHttpHeaders; body: string };
function ask(port: number, path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const request = sendRequest({ port, path, method, agent, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => {
        const { 'x-request-id': id, ...rest } = answer.headers;
        expect(id).toMatch(/^[0-9a-f-]{36}$/);
        resolve({ status: answer.statusCode, headers: rest, body: Buffer.concat(chunks).toString('latin1') });
      });
    });
    request.on('error', reject);
    request.end(method === 'POST' ? 'x' : undefined);
  });
}
const GZIP = { 'accept-encoding': 'br, gzip' };

describe('a look at what is kept', () => {
  it.each([
    [AVAILABILITY, {}],
    [AVAILABILITY, GZIP],
    [AVAILABILITY, { 'accept-encoding': 'gzip;q=0' }],
    [AVAILABILITY, { 'if-none-match': '"30013"' }],
    [AVAILABILITY, { 'if-none-match': '"x", W/"30013"', ...GZIP }],
    [AVAILABILITY, { 'if-none-match': '"x"', ...GZIP, cookie: 'a=b', 'user-agent': 'somebody' }],
    [`${AVAILABILITY}?from=A&to=B`, GZIP],
    [SEAT_MAP, GZIP],
    [`${SEAT_MAP}?again=1`, GZIP],
    [EVENT, GZIP],
  ])('is answered past the app, to the byte as by it: %s %j', async (path, headers) => {
    await ask(routed, path, GZIP);
    edge.clock.advance(999);
    const through = await ask(routed, path, headers);
    const before = [rested, edge.coreRequests.length];
    expect(await ask(past, path, headers)).toEqual(through);
    expect([rested, edge.coreRequests.length]).toEqual(before);
    expect(through.headers).toMatchObject({ age: '0', 'x-frame-options': 'DENY' });
    expect(through.headers['content-type']).toBe(through.status === 304 ? undefined : 'application/json');
  });

  it('is never told older than its second, nor what another address has', async () => {
    for (const path of [AVAILABILITY, `${AVAILABILITY}?from=A&to=B`, OTHER]) await ask(routed, path);
    const bodies = await Promise.all(
      [AVAILABILITY, `${AVAILABILITY}?from=A&to=B`, OTHER].map(async (path) => (await ask(past, path)).body),
    );
    expect(bodies.map((body) => body.slice(0, 12))).toEqual(['{"states":"A', '{"states":"B', '{"states":"C']);
    texts.set('/v1/performances/other/availability', '{"states":"D"}');
    edge.clock.advance(999);
    expect((await ask(past, OTHER, GZIP)).headers.etag).toBe('W/"20013"');
    edge.clock.advance(1);
    const anew = await ask(past, OTHER, GZIP);
    expect([anew.headers.etag, anew.body]).toEqual(['"14"', '{"states":"D"}']);
    expect((await ask(past, OTHER, { 'if-none-match': 'W/"20013"' })).status).toBe(200);
  });

  it.each([
    ['a HEAD', AVAILABILITY, {}, 'HEAD'],
    ['a credential', AVAILABILITY, { authorization: 'Bearer mine' }, 'GET'],
    ['a body', AVAILABILITY, { 'content-length': '0' }, 'GET'],
    ['an address to be decoded', `${SHOW}/%61vailability`, {}, 'GET'],
    ['an address with dots', '/api/core/v1/events/../performances/show/availability', {}, 'GET'],
    ['a Host that is none', AVAILABILITY, { host: 'a/b' }, 'GET'],
    ['a packed body for who takes none', SEAT_MAP, {}, 'GET'],
    ['another method', AVAILABILITY, {}, 'DELETE'],
    ['another address', '/api/rooms/demo/../x', {}, 'GET'],
  ])('is left to the app with %s', async (_what, path, headers, method) => {
    await ask(routed, path === SEAT_MAP ? SEAT_MAP : AVAILABILITY);
    const before = rested;
    const answers = [];
    for (const port of [routed, past]) answers.push(await askWhatever(port, path, headers, method));
    expect(answers[1]).toEqual(answers[0]);
    expect(rested).toBe(before + 1);
  });
});

/** Status and body's length of what may be refused before it has an id. */
const askWhatever = (port: number, path: string, headers: Record<string, string>, method: string): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const request = sendRequest({ port, path, method, agent, headers }, (answer) => {
      let bytes = 0;
      answer.on('data', (chunk: Buffer) => (bytes += chunk.byteLength));
      answer.on('end', () => resolve([answer.statusCode, bytes]));
    });
    request.on('error', reject).end();
  });

it('who asks without reading is waited for, and holds references to one copy', async () => {
  for (const path of [SEAT_MAP, AVAILABILITY]) await ask(routed, path, GZIP);
  const asked = 3000;
  let answered = 0;
  const port = await listen(
    keptListener(
      {
        for(path) {
          answered += 1;
          return edge.keptAnswers.for(path);
        },
      },
      edge.clock,
      () => {},
    ),
  );
  const socket = connect(port, '127.0.0.1').pause();
  await once(socket, 'connect');
  const used = process.memoryUsage().arrayBuffers;
  const pad = 'x'.repeat(500);
  socket.write(`GET ${SEAT_MAP} HTTP/1.1\r\nhost: a\r\naccept-encoding: gzip\r\npad: ${pad}\r\n\r\n`.repeat(asked));
  for (let n = 0; n < 10; n += 1) expect((await ask(past, AVAILABILITY, GZIP)).status).toBe(200);
  expect(answered).toBeGreaterThan(0);
  expect(answered).toBeLessThan(asked / 2);
  const grown = process.memoryUsage().arrayBuffers - used;
  const packed = Buffer.from((await ask(past, SEAT_MAP, GZIP)).body, 'latin1');
  expect(grown).toBeLessThan((answered * packed.byteLength) / 4);
  expect(gunzipSync(packed).toString()).toBe(texts.get('/v1/performances/show/seat-map'));
  // One that goes away in the middle of its answers ends nobody else's.
  socket.destroy();
  expect((await ask(past, SEAT_MAP, GZIP)).status).toBe(200);
});
