import { join } from 'node:path';
import { build } from 'esbuild';
import { Miniflare } from 'miniflare';
import * as v from 'valibot';
import { RUNTIMES } from '../../local-stack/build/entries.ts';
import { generateEdgeKeySet } from '../../tokens/generate-keys.ts';
import { childrenOf } from '../measure/processor-time.ts';
import { servePart } from './serve-part.ts';

/** The shipped Worker, and beside it in the same isolate the least that a hono app can answer. */
const PROBE = `
  import { bareApp } from './bench/parts/bare-app.ts';
  import edge from './edge/worker.ts';
  export default {
    fetch: (request, bindings, context) =>
      request.url.includes('/bare?') ? bareApp.fetch(request) : edge.fetch(request, bindings, context),
  };`;

/** The Worker on workerd as it ships; its store is the REST front whose address and token it is given. */
await servePart(v.object({ restUrl: v.string(), token: v.string() }), async ({ restUrl, token }) => {
  const worker = new Miniflare({
    modules: [{ type: 'ESModule', path: 'worker.js', contents: await bundle() }],
    compatibilityDate: '2026-04-01',
    cf: false,
    // As in the local stack; it would be a Worker more before each call of the store.
    stripCfConnectingIp: false,
    bindings: {
      ONSALE_ORIGIN: 'http://shop.test',
      ONSALE_CORE_URL: 'http://core.invalid',
      ONSALE_FEED_URL: 'ws://feed.invalid',
      ONSALE_CORE_SECRET: 'bench',
      ONSALE_INSTANCE: 'bench',
      ONSALE_EDGE_KEYS: JSON.stringify(await generateEdgeKeySet()),
      UPSTASH_REDIS_REST_URL: restUrl,
      UPSTASH_REDIS_REST_TOKEN: token,
    },
    serviceBindings: { ASSETS: () => new Response(null, { status: 404 }) },
  });
  const url = await worker.ready;
  return { ready: { url: url.origin, workerdPids: childrenOf(process.pid, 'workerd') } };
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
