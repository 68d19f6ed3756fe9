import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import {
  createServer,
  request as sendRequest,
  Agent,
  type IncomingHttpHeaders,
  type RequestListener,
  type Server,
} from 'node:http';
import { connect } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as v from 'valibot';
import { MAX_BODY_BYTES } from '../../contracts/limits.ts';
import { createLogger } from '../../platform/log.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import { send } from './answer.ts';
import type { CoreEnv } from './context.ts';
import { directListener, type DirectRoute, type DirectRoutes } from './direct.ts';
import { EmptyAwareResponse } from '../../platform/empty-answer.node.ts';
import { createFrames } from './frame.ts';
import { readJson } from './json-body.ts';
import { headersOf, incomingOf, keepIncoming } from './node-request.ts';
import { problemOfError } from './problems.ts';
import { answerServed, toServedText } from './served-text.ts';

const log = createLogger('core', 'silent');
const noted: { status: number; isHold: boolean }[] = [];
const meter = {
  note: ({ status, isHold }: { status: number; isHold: boolean }) => void noted.push({ status, isHold }),
  read: () => ({ holdP95Ms: null, errorRate: null, answers: 0 }),
};
const begin = createFrames({ config: { coreSecret: 'the secret' }, meter }, (path) => path !== '/quiet');

/** Requests that came past the router. */
let direct = 0;
const handlers: Record<string, DirectRoute> = {
  '/v1/holds': async (request) => {
    const body = await readJson(request, v.looseObject({}));
    return { status: 201, body: { ...body, letters: 'ü€' }, headers: { location: '/x', 'cache-control': 'no-store' } };
  },
  '/text': async (request) => ({
    status: 200,
    body: JSON.stringify({ key: headersOf(request).get('idempotency-key') }),
  }),
  '/quiet': async () => ({ status: 204, body: null }),
  '/refused': async () => {
    throw new OperatingError('hold_lost', { extra: { seats: ['a'] } });
  },
  '/limited': async () => {
    throw new OperatingError('rate_limited', { retryAfterSeconds: 3 });
  },
  // JSON has no such number.
  '/unwritable': async () => ({ status: 200, body: { amount: 1n } }),
  '/broken': async () => {
    throw new Error('a secret of ours');
  },
};

const served = toServedText(JSON.stringify({ states: 'ü'.repeat(20_000) }), '"tag"');
const small = toServedText('{}', '"small"');
const looks: Record<string, DirectRoute> = {
  '/look': (request) => answerServed(headersOf(request), served, 'public, max-age=1'),
  '/small': (request) => answerServed(headersOf(request), small, 'public, max-age=1'),
  '/absent': async () => {
    throw new OperatingError('performance_not_found');
  },
  '/broken': async () => {
    throw new Error('a secret of ours');
  },
};

const app = new Hono<CoreEnv>();
app.use(async (c, next) => {
  keepIncoming(c.req.raw, c.env);
  const frame = begin(c.req.method, c.req.path, headersOf(c.req.raw));
  c.set('requestId', frame.requestId);
  await next();
  frame.end(c.res.status);
});
app.onError((error, c) => problemOfError(c, error, log));
for (const [path, handle] of Object.entries(handlers)) app.post(path, async (c) => send(c, await handle(c.req.raw)));
for (const [path, handle] of Object.entries(looks)) app.get(path, async (c) => send(c, await handle(c.req.raw)));
const listener = getRequestListener(app.fetch);
const router: RequestListener = (incoming, outgoing) => void listener(incoming, outgoing);

const counted =
  (handle: DirectRoute): DirectRoute =>
  (request) => {
    if (!(request instanceof Request) || incomingOf(request) === null) direct += 1;
    return handle(request);
  };
const ofPath = (of: Record<string, DirectRoute>) =>
  new Map(Object.entries(of).map(([path, handle]) => [path, counted(handle)]));
const counting = ofPath(looks);
const routes: DirectRoutes = {
  posts: ofPath(handlers),
  look: (path, query) => (query === '' || query === 'a=b' ? counting.get(path) : undefined),
};

const servers: Server[] = [];
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
let [routed, past] = [0, 0];
beforeAll(async () => {
  const listen = (server: Server) =>
    new Promise<number>((resolve) => {
      servers.push(server);
      server.listen(0, '127.0.0.1', () => resolve(v.parse(v.object({ port: v.number() }), server.address()).port));
    });
  routed = await listen(createServer({ ServerResponse: EmptyAwareResponse }, router));
  past = await listen(
    createServer({ ServerResponse: EmptyAwareResponse }, directListener(routes, { begin, log }, router)),
  );
});
afterAll(() => {
  agent.destroy();
  for (const server of servers) server.close();
});

type Answered = { status: number | undefined; headers: IncomingHttpHeaders; text: string };
const GATE = { 'onsale-secret': 'the secret', 'onsale-request-id': '01890f3e-7b7c-7cc2-98c4-dc0c0c07398f' };

type Asked = { method: string; path: string; body?: string; headers?: Record<string, string> };

function ask(port: number, { method, path, body = '', headers = {} }: Asked): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const request = sendRequest({ port, path, method, agent, headers: { ...GATE, ...headers } }, (answer) => {
      let text = '';
      answer.setEncoding('latin1').on('data', (chunk) => (text += String(chunk)));
      answer.on('end', () => {
        const { date: _now, ...rest } = answer.headers;
        resolve({ status: answer.statusCode, headers: rest, text });
      });
    });
    request.on('error', reject);
    if ('transfer-encoding' in headers) request.write(body);
    request.end('transfer-encoding' in headers ? '' : body);
  });
}

const post = (port: number, path: string, body: string, headers: Record<string, string> = {}): Promise<Answered> =>
  ask(port, { method: 'POST', path, body, headers: { 'content-type': 'application/json', ...headers } });
const look = (port: number, path: string, headers: Record<string, string> = {}): Promise<Answered> =>
  ask(port, { method: 'GET', path, headers });

describe('a POST past the router', () => {
  it.each([
    ['/v1/holds', '{"a":1}'],
    ['/v1/holds', '{'],
    ['/v1/holds', '[]'],
    ['/text', '{}'],
    ['/quiet', '{}'],
    ['/refused', '{}'],
    ['/refused', 'x'.repeat(MAX_BODY_BYTES)],
    ['/limited', '{}'],
    ['/broken', '{}'],
    ['/unwritable', '{}'],
  ])('is answered to the byte as through it, and as often noted: %s %#', async (path, body) => {
    noted.length = 0;
    const through = await post(routed, path, body, { 'idempotency-key': 'k' });
    const before = direct;
    const answer = await post(past, path, body, { 'idempotency-key': 'k' });
    expect(direct).toBe(before + 1);
    expect(answer).toEqual(through);
    expect(answer.headers).toMatchObject({
      'x-request-id': GATE['onsale-request-id'],
      'x-content-type-options': 'nosniff',
    });
    expect(noted.length).toBe(path === '/quiet' ? 0 : 2);
    expect(noted[0]).toEqual(noted[1]);
  });

  it('goes through it where it is unusual', async () => {
    const before = direct;
    expect((await post(past, '/v1/holds', 'x'.repeat(MAX_BODY_BYTES + 1))).status).toBe(413);
    expect((await post(past, '/v1/holds', '{}', { 'transfer-encoding': 'chunked' })).status).toBe(201);
    expect((await post(past, '/v1/holds?x=1', '{}')).status).toBe(201);
    expect((await post(past, '/nowhere', '{}')).status).toBe(404);
    expect(direct).toBe(before);
  });

  it('leaves its connection usable when nobody reads its body', async () => {
    for (let n = 0; n < 5; n += 1) expect((await post(past, '/refused', 'x'.repeat(50_000))).status).toBe(409);
    expect((await post(past, '/v1/holds', '{}')).status).toBe(201);
  });
});

describe('a look past the router', () => {
  const GZIP = { 'accept-encoding': 'gzip' };
  it.each([
    ['/look', {}],
    ['/look', GZIP],
    ['/look', { 'accept-encoding': 'br, gzip;q=0' }],
    ['/look', { 'if-none-match': '"tag"' }],
    ['/look', { 'if-none-match': '"other", W/"tag"', ...GZIP }],
    ['/look', { 'if-none-match': '"other"', ...GZIP }],
    ['/look?a=b', GZIP],
    ['/small', GZIP],
    ['/absent', GZIP],
    ['/broken', {}],
  ])('is answered to the byte as through it, and as often noted: %s %j', async (path, headers) => {
    noted.length = 0;
    const through = await look(routed, path, headers);
    const before = direct;
    const answer = await look(past, path, headers);
    expect(direct).toBe(before + 1);
    expect(answer).toEqual(through);
    expect([noted.length, noted[0]]).toEqual([2, noted[1]]);
  });

  it('goes through it where it is unusual', async () => {
    const before = direct;
    const head = await ask(past, { method: 'HEAD', path: '/look' });
    expect([head.status, head.headers.etag, head.text]).toEqual([200, '"tag"', '']);
    expect((await look(past, '/look?from=%41')).status).toBe(200);
    expect(
      (await ask(past, { method: 'GET', path: '/look', body: 'x', headers: { 'content-length': '1' } })).status,
    ).toBe(200);
    expect((await look(past, '/nowhere')).status).toBe(404);
    expect(direct).toBe(before);
  });

  it('waits for who does not read, and holds one copy of what they asked for', async () => {
    const before = direct;
    const socket = connect(past, '127.0.0.1').pause();
    await once(socket, 'connect');
    const asked = 2000;
    socket.write(`GET /look HTTP/1.1\r\nhost: a\r\npad: ${'x'.repeat(500)}\r\n\r\n`.repeat(asked));
    const used = process.memoryUsage().arrayBuffers;
    // Another connection is served meanwhile; once it was, often enough, the first has had all the turns that it gets.
    for (let n = 0; n < 10; n += 1) expect((await look(past, '/small')).status).toBe(200);
    const begun = direct - before - 10;
    expect(begun).toBeGreaterThan(0);
    expect(begun).toBeLessThan(asked / 2);
    expect(process.memoryUsage().arrayBuffers - used).toBeLessThan((begun * served.plain.byteLength) / 4);
    socket.destroy();
    expect((await look(past, '/look')).status).toBe(200);
  });
});
