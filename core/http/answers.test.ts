import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAX_BODY_BYTES } from '../../contracts/limits.ts';
import { labelAnswer, send, sendJson } from './answer.ts';
import type { CoreEnv } from './context.ts';
import { EmptyAwareResponse } from '../../platform/empty-answer.node.ts';
import { readText } from './json-body.ts';
import { headersOf, incomingOf, keepIncoming } from './node-request.ts';
import { problem } from './problems.ts';
import { OperatingError } from '../../platform/operating-error.ts';

// A real server: the adapter treats headers and bodies differently from `app.request`.
let server: ReturnType<typeof serve>;
let url = '';
beforeAll(async () => {
  const app = new Hono<CoreEnv>();
  app.use(async (c, next) => {
    keepIncoming(c.req.raw, c.env);
    c.set('requestId', 'r');
    await next();
    labelAnswer(c);
  });
  app.get('/204', (c) => c.body(null, 204));
  app.get('/empty', (c) => send(c, { status: 204, body: null }));
  app.get('/303', () => new Response(null, { status: 303, headers: { location: '/x' } }));
  app.get('/304', (c) => c.body(null, 304, { etag: '"1"' }));
  app.get('/json', (c) => c.json({}));
  app.get('/sent', (c) => sendJson(c, 200, {}));
  app.post('/echo', async (c) =>
    sendJson(c, 200, {
      text: await readText(c.req.raw),
      key: headersOf(c.req.raw).get('idempotency-key'),
      none: headersOf(c.req.raw).get('if-match'),
      isNode: incomingOf(c.req.raw) !== null,
    }),
  );
  app.post('/unread', (c) => sendJson(c, 403, {}));
  app.notFound((c) => problem(c, 'method_not_allowed', {}, { allow: 'POST' }));
  app.onError((error, c) => problem(c, error instanceof OperatingError ? error.code : 'internal'));
  url = await new Promise<string>((resolve) => {
    const serverOptions = { ServerResponse: EmptyAwareResponse };
    server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0, serverOptions }, ({ port }) =>
      resolve(`http://127.0.0.1:${port}`),
    );
  });
});
afterAll(() => new Promise((done) => server.close(done)));

it.each([
  ['204', null],
  ['empty', null],
  ['303', null],
  ['304', null],
  ['json', 'application/json'],
  ['sent', 'application/json'],
])('an answer without a body names no type, and each has our headers once: %s', async (path, type) => {
  const answer = await fetch(`${url}/${path}`, { redirect: 'manual' });
  expect(answer.headers.get('content-type')).toBe(type);
  expect(answer.headers.get('x-request-id')).toBe('r');
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
});

it('a refused method is told which are taken', async () => {
  const answer = await fetch(url, { method: 'PUT' });
  expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
});

describe('a request over the server', () => {
  const post = (path: string, body: string | ReadableStream, headers: Record<string, string> = {}) =>
    fetch(`${url}/${path}`, { method: 'POST', body, headers, duplex: 'half' });

  it('is read from Node, in letters of any width, with its headers', async () => {
    const text = `ü${'x'.repeat(20_000)}€`;
    const answer = await post('echo', text, { 'Idempotency-Key': 'k' });
    expect(await answer.json()).toEqual({ text, key: 'k', none: null, isNode: true });
    expect(await (await post('echo', '')).json()).toMatchObject({ text: '' });
  });

  it('is refused as soon as it is too long, also when it names no length, and the connection goes on', async () => {
    expect((await post('echo', 'x'.repeat(MAX_BODY_BYTES + 1))).status).toBe(413);
    const body = new ReadableStream({
      pull(controller) {
        controller.enqueue(new Uint8Array(MAX_BODY_BYTES));
        controller.enqueue(new Uint8Array(1));
        controller.close();
      },
    });
    expect((await post('echo', body)).status).toBe(413);
    expect((await post('echo', 'x'.repeat(MAX_BODY_BYTES))).status).toBe(200);
  });

  it('need not be read', async () => {
    expect((await post('unread', 'x'.repeat(50_000))).status).toBe(403);
    expect((await post('unread', '{}')).status).toBe(403);
  });
});
