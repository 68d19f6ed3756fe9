import { once } from 'node:events';
import { join } from 'node:path';
import { serve } from '@hono/node-server';
import { build } from 'esbuild';
import { Miniflare } from 'miniflare';
import * as v from 'valibot';
import { RUNTIMES } from '../../local-stack/build/entries.ts';
import { createRestFrontApp } from '../../local-stack/rest-front/app.ts';
import { connectRedis } from '../../local-stack/rest-front/redis-connection.ts';
import { createSubscriptions } from '../../local-stack/rest-front/subscriptions.ts';
import { generateEdgeKeySet } from '../../tokens/generate-keys.ts';
import { portOf, servePart } from './serve-part.ts';

const TOKEN = 'a-token-for-benches';

/** The shipped Worker, and beside it the least a hono app can answer in the same isolate. */
const PROBE = `
  import { Hono } from 'hono';
  import edge from './edge/worker.ts';
  const bare = new Hono().post('/bare', async (c) => c.json(await c.req.json()));
  export default {
    fetch: (request, bindings, context) =>
      request.url.endsWith('/bare') ? bare.fetch(request) : edge.fetch(request, bindings, context),
  };`;

/** The Worker on workerd as it ships, with the local stack's REST front between it and Redis. */
await servePart(v.object({ redisUrl: v.string() }), async ({ redisUrl }) => {
  const front = connectRedis(redisUrl, { answerMs: 3000, inFlight: 1000 });
  const app = createRestFrontApp({ token: TOKEN, redis: front, subscriptions: createSubscriptions(redisUrl) });
  const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const worker = new Miniflare({
    modules: [{ type: 'ESModule', path: 'worker.js', contents: await bundle() }],
    compatibilityDate: '2026-04-01',
    cf: false,
    bindings: {
      ONSALE_ORIGIN: 'http://shop.test',
      ONSALE_CORE_URL: 'http://core.invalid',
      ONSALE_FEED_URL: 'ws://feed.invalid',
      ONSALE_CORE_SECRET: 'bench',
      ONSALE_INSTANCE: 'bench',
      ONSALE_EDGE_KEYS: JSON.stringify(await generateEdgeKeySet()),
      UPSTASH_REDIS_REST_URL: `http://127.0.0.1:${portOf(server.address())}`,
      UPSTASH_REDIS_REST_TOKEN: TOKEN,
    },
    serviceBindings: { ASSETS: () => new Response(null, { status: 404 }) },
  });
  const url = await worker.ready;
  return { ready: { url: url.origin } };
});

async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    ...RUNTIMES.workerd,
    stdin: { contents: PROBE, resolveDir: join(import.meta.dirname, '../..'), loader: 'js' },
    bundle: true,
    format: 'esm',
    write: false,
    sourcemap: false,
  });
  return outputFiles[0]?.text ?? '';
}
