import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CoreEnv } from './context.ts';
import { EmptyAwareResponse } from './empty-answer.ts';
import { problem } from './problems.ts';

// A real server: the adapter treats headers differently from `app.request`.
let server: ReturnType<typeof serve>;
let url = '';
beforeAll(async () => {
  const app = new Hono<CoreEnv>();
  app.use(async (c, next) => {
    c.set('requestId', 'r');
    await next();
    c.header('x-request-id', c.var.requestId);
  });
  app.get('/204', (c) => c.body(null, 204));
  app.get('/303', () => new Response(null, { status: 303, headers: { location: '/x' } }));
  app.get('/304', (c) => c.body(null, 304, { etag: '"1"' }));
  app.get('/json', (c) => c.json({}));
  app.notFound((c) => problem(c, 'method_not_allowed', {}, { allow: 'POST' }));
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
  ['303', null],
  ['304', null],
  ['json', 'application/json'],
])('an answer without a body names no type: %s', async (path, type) => {
  const answer = await fetch(`${url}/${path}`, { redirect: 'manual' });
  expect(answer.headers.get('content-type')).toBe(type);
  expect(answer.headers.get('x-request-id')).toBe('r');
});

it('a refused method is told which are taken', async () => {
  const answer = await fetch(url, { method: 'PUT' });
  expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
});
