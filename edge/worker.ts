import { systemRandom } from '../platform/random.ts';
import { createEdgeScriptClient } from '../redis/client.edge.ts';
import { createEdgeApp } from './app.ts';
import { parseWorkerConfig } from './config.ts';
import { loadEdgeKeys } from './edge-keys.ts';
import { readWebBody } from './http/read-body.ts';
import { createConsoleLog } from './log.ts';
import type { SharedCache } from './ports.ts';

/** workerd's bindings: the variables of wrangler.toml, its secrets, and the files of web/. */
type Bindings = Record<string, unknown> & { ASSETS: Fetcher };

let app: ReturnType<typeof createEdgeApp> | undefined;

export default {
  /** One app an isolate: its memory is what keeps Redis from being asked per visitor. */
  fetch(request: Request, bindings: Bindings, context: ExecutionContext): Response | Promise<Response> {
    return app === undefined ? fetchFirst(request, bindings, context) : app.fetch(request, bindings, context);
  },
};

async function fetchFirst(request: Request, bindings: Bindings, context: ExecutionContext): Promise<Response> {
  // Requests that come before the first app stands each make one: a promise must not be shared between requests here.
  app ??= await createApp(bindings);
  return app.fetch(request, bindings, context);
}

async function createApp(bindings: Bindings): Promise<ReturnType<typeof createEdgeApp>> {
  const { edge, restUrl, restToken, keysJson } = parseWorkerConfig(bindings);
  const clock = { nowMs: () => Date.now() };
  const store = createEdgeScriptClient({ url: restUrl, token: restToken });
  return createEdgeApp({
    store: () => store,
    cache: sharedCache(),
    assets: (request) => bindings.ASSETS.fetch(request),
    readBody: readWebBody,
    core: (request) => fetch(request),
    turnstile: (request) => fetch(request),
    // Cloudflare sets it and lets nobody else.
    clientAddress: (request) => request.headers.get('cf-connecting-ip') ?? 'unknown',
    clock,
    random: systemRandom,
    log: createConsoleLog(clock.nowMs),
    config: edge,
    keys: await loadEdgeKeys(keysJson, edge.origin),
  });
}

function sharedCache(): SharedCache {
  return {
    get: async (key) => (await (await caches.open('boards')).match(key))?.text() ?? null,
    put: async (key, text) => {
      const headers = { 'cache-control': 'public, max-age=1', 'content-type': 'application/json' };
      await (await caches.open('boards')).put(key, new Response(text, { headers }));
    },
  };
}
