import { once } from 'node:events';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import * as v from 'valibot';
import { verifyAccessPass } from '../../tokens/access-pass.verify.ts';
import { remoteKeys } from '../../tokens/remote-key-set.ts';
import { createVerifiedCache } from '../../tokens/verified-cache.ts';
import { portOf, servePart } from './serve-part.ts';
import { ORIGIN } from './shop.ts';

/**
 * The yardstick of holds: hono that checks an access pass by core's own cache of verified tokens, reads the JSON and sends it back. No
 * limit, no header of its own, no refusal in detail, no store.
 */
await servePart(v.object({ jwksUrl: v.string() }), async ({ jwksUrl }) => {
  const keys = remoteKeys(jwksUrl);
  const verify = createVerifiedCache((token, nowMs) => verifyAccessPass(keys, token, { issuer: ORIGIN, nowMs }));
  const app = new Hono().post('/echo', async (c) => {
    const pass = await verify((c.req.header('authorization') ?? '').slice('Bearer '.length), Date.now());
    if (!pass.ok) return c.json({ code: 'pass_invalid' }, 401);
    return c.json(await c.req.json());
  });
  const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  return { ready: { url: `http://127.0.0.1:${portOf(server.address())}` } };
});
