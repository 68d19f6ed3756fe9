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
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as v from 'valibot';
import { MAX_BODY_BYTES } from '../../contracts/limits.ts';
import { createLogger } from '../../platform/log.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import { send } from './answer.ts';
import type { CoreEnv } from './context.ts';
import { directListener, type DirectRoute } from './direct.ts';
import { EmptyAwareResponse } from './empty-answer.ts';
import { createFrames } from './frame.ts';
import { readJson } from './json-body.ts';
import { headersOf, incomingOf, keepIncoming } from './node-request.ts';
import { problemOfError } from './problems.ts';

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
const listener = getRequestListener(app.fetch);
const router: RequestListener = (incoming, outgoing) => void listener(incoming, outgoing);

const routes = new Map<string, DirectRoute>(
  Object.entries(handlers).map(([path, handle]) => [
    path,
    (request) => {
      if (!(request instanceof Request) || incomingOf(request) === null) direct += 1;
      return handle(request);
    },
  ]),
);

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

function post(port: number, path: string, body: string, headers: Record<string, string> = {}): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const all = { 'content-type': 'application/json', ...GATE, ...headers };
    const request = sendRequest({ port, path, method: 'POST', agent, headers: all }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk) => (text += String(chunk)));
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
