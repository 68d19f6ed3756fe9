import { once } from 'node:events';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import * as v from 'valibot';
import { connectRedis } from '../../redis/client.node.ts';
import { portOf, servePart } from './serve-part.ts';

/** The usual waiting room: each look asks Redis for the visitor's rank, and nothing else. */
await servePart(v.object({ redisUrl: v.string(), key: v.string() }), async ({ redisUrl, key }) => {
  const redis = connectRedis(redisUrl);
  await redis.connect();
  const app = new Hono().get('/:id', async (c) => c.json({ ahead: await redis.zrank(key, c.req.param('id')) }));
  const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  return { ready: { url: `http://127.0.0.1:${portOf(server.address())}` } };
});
