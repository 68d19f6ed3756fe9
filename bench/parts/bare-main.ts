import { once } from 'node:events';
import { serve } from '@hono/node-server';
import * as v from 'valibot';
import { bareApp } from './bare-app.ts';
import { portOf, servePart } from './serve-part.ts';

/** The bare answer on Node. */
await servePart(v.object({}), async () => {
  const server = serve({ fetch: bareApp.fetch, hostname: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  return { ready: { url: `http://127.0.0.1:${portOf(server.address())}` } };
});
