import { once } from 'node:events';
import { join } from 'node:path';
import { serve } from '@hono/node-server';
import { build } from 'esbuild';
import { Miniflare } from 'miniflare';
import * as v from 'valibot';
import { ERRORS, type ErrorCode } from '../../contracts/errors.ts';
import { createRestFrontApp } from '../../local-stack/rest-front/app.ts';
import { connectRedis as connectRestFront } from '../../local-stack/rest-front/redis-connection.ts';
import { createSubscriptions } from '../../local-stack/rest-front/subscriptions.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import { createEdgeScriptClient } from '../../redis/client.edge.ts';
import { connectRedis, createNodeScriptClient } from '../../redis/client.node.ts';
import { toReply } from '../../redis/guard-command.ts';
import type { ScriptClient } from '../../redis/script-client.ts';
import type { ScriptSet } from '../../redis/scripts.generated.ts';
import type { ProbeAnswer, ProbeCall } from './workerd-probe.ts';

/** The three ways a script reaches Redis; `name` labels the failures. */
export type ClientUnderTest = { name: string; client: ScriptClient };

const TOKEN = 'a-token-for-tests';

/** Puts all three clients before one Redis. `redisUrl` may point at a port where nobody listens. */
export async function startClients(
  redisUrl: string,
  scripts: ScriptSet,
): Promise<{ clients: ClientUnderTest[]; stop(): Promise<void> }> {
  const redis = connectRedis(redisUrl);
  await redis.connect().catch(() => {});
  const rest = await startRestFront(redisUrl);
  const workerd = await startWorkerd(rest.url, scripts);
  return {
    clients: [
      { name: 'ioredis', client: createNodeScriptClient(redis, scripts) },
      { name: '@upstash/redis in Node', client: createEdgeScriptClient({ url: rest.url, token: TOKEN }, scripts) },
      { name: '@upstash/redis in workerd', client: workerd.client },
    ],
    async stop() {
      redis.disconnect();
      await workerd.stop();
      await rest.stop();
    },
  };
}

async function startRestFront(redisUrl: string) {
  const redis = connectRestFront(redisUrl, { answerMs: 400, inFlight: 1000 });
  const subscriptions = createSubscriptions(redisUrl);
  const app = createRestFrontApp({ token: TOKEN, redis, subscriptions });
  const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the REST front has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    async stop() {
      subscriptions.close();
      redis.close();
      if ('closeAllConnections' in server) server.closeAllConnections();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}

const ERROR_CODES = Object.keys(ERRORS).filter((code): code is ErrorCode => code in ERRORS);
const probeAnswerSchema: v.GenericSchema<unknown, ProbeAnswer> = v.union([
  v.object({ value: v.unknown() }),
  v.object({ code: v.picklist(ERROR_CODES) }),
  v.object({ fault: v.string() }),
]);

async function startWorkerd(
  restUrl: string,
  scripts: ScriptSet,
): Promise<{ client: ScriptClient; stop(): Promise<void> }> {
  const bundle = await build({
    entryPoints: [join(import.meta.dirname, 'workerd-probe.ts')],
    bundle: true,
    format: 'esm',
    write: false,
    conditions: ['workerd', 'worker', 'browser'],
    target: 'es2023',
  });
  const miniflare = new Miniflare({
    modules: true,
    script: bundle.outputFiles[0]?.text ?? '',
    compatibilityDate: '2026-04-01',
    bindings: { REST_URL: restUrl, REST_TOKEN: TOKEN, SCRIPTS: scripts },
  });
  const ask = async (call: ProbeCall): Promise<unknown> => {
    const response = await miniflare.dispatchFetch('http://probe/', { method: 'POST', body: JSON.stringify(call) });
    const answer = v.parse(probeAnswerSchema, await response.json());
    if ('code' in answer) throw new OperatingError(answer.code);
    if ('fault' in answer) throw new Error(answer.fault);
    return answer.value;
  };
  return {
    client: {
      run: async (script, keys, args) =>
        toReply(await ask({ method: 'run', script, keys: [...keys], args: [...args] })),
      get: async (key) => v.parse(v.nullable(v.string()), await ask({ method: 'get', key })),
      isMember: async (key, member) =>
        v.parse(v.object({ member: v.boolean(), exists: v.boolean() }), await ask({ method: 'isMember', key, member })),
    },
    stop: () => miniflare.dispose(),
  };
}
