import { serve } from '@hono/node-server';
import { once } from 'node:events';
import { Hono } from 'hono';
import * as v from 'valibot';
import { portOf, servePart } from './serve-part.ts';

/** The least that a hono server on Node can do with a POST: read its JSON and send it back. */
await servePart(v.object({}), async () => {
  const app = new Hono().post('/', async (c) => c.json(await c.req.json()));
  const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  return { ready: { url: `http://127.0.0.1:${portOf(server.address())}/` } };
});
