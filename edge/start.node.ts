import { createServer, IncomingMessage, type Server } from 'node:http';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import { systemClock } from '../platform/clock.ts';
import { EmptyAwareResponse } from '../platform/empty-answer.node.ts';
import { systemRandom } from '../platform/random.ts';
import type { RunningService } from '../platform/service.ts';
import { connectRedis, createNodeScriptClient } from '../redis/client.node.ts';
import { boundEach, CONNECTION_TIMEOUT_MS } from '../redis/store-deadline.ts';
import { nodeHmac } from '../tokens/hmac.node.ts';
import { createEdgeApp } from './app.ts';
import type { NodeEdgeConfig } from './config.node.ts';
import { loadEdgeKeys } from './edge-keys.ts';
import { pipeUpgrades } from './feed-upgrade.node.ts';
import { createKeptAnswers } from './gate/kept-answers.ts';
import { keptListener } from './gate/kept-listener.node.ts';
import { clientAddress } from './http/client-address.node.ts';
import { readNodeBody } from './http/read-body.node.ts';
import { readWebBody } from './http/read-body.ts';
import type { EdgeLog } from './log.ts';
import { loadAssets } from './pages/assets.node.ts';
import type { EdgePorts } from './ports.ts';

/** Whoever has not sent its headers, or its whole request, by then is cut off, in ms: bodies are 64 KB at most. */
const HEADERS_MS = 10_000;
const REQUEST_MS = 30_000;
/** Longer than the usual proxy keeps a connection, in ms, so that the proxy is the one that closes it. */
const KEEP_ALIVE_MS = 75_000;

/**
 * The edge as a Node process: the same app as the Worker's, over ioredis, this process's memory, files from a folder and Node's
 * sockets. Any number of them may run side by side; they share nothing but the stores.
 */
export async function startNodeEdge(config: NodeEdgeConfig, log: EdgeLog): Promise<RunningService & { url: string }> {
  const { edge, keysJson, trustedProxies } = config;
  const redis = connectRedis(config.redisUrl, { commandTimeoutMs: CONNECTION_TIMEOUT_MS });
  // It may be away at the start: the edge says so per request, and ioredis goes on trying.
  await redis.connect().catch(() => {});
  const store = boundEach(createNodeScriptClient(redis));
  const keptAnswers = createKeptAnswers(systemClock);
  const ports: EdgePorts = {
    store: () => store,
    // One process is one memory already; there are no neighbours to share a cache with.
    cache: null,
    assets: await loadAssets(config.assetsFolder),
    readBody: (request, maxBytes) => {
      const incoming = incomingOf(request);
      return incoming === undefined ? readWebBody(request, maxBytes) : readNodeBody(incoming, maxBytes);
    },
    core: (request) => fetch(request),
    turnstile: (request) => fetch(request),
    clientAddress: (request) => {
      const incoming = incomingOf(request);
      const named = request.headers.get('x-forwarded-for') ?? undefined;
      return clientAddress(incoming?.socket.remoteAddress, named, trustedProxies);
    },
    clock: systemClock,
    random: systemRandom,
    log,
    config: edge,
    keys: await loadEdgeKeys(keysJson, edge.origin, { hmac: nodeHmac }),
  };
  const app = createEdgeApp(ports, keptAnswers);
  const listener = getRequestListener((request, bindings) => {
    // Only HTTP/1.1 is listened for, whose bindings these are.
    return app.fetch(isHttp1(bindings) ? Object.assign(request, { [INCOMING]: bindings.incoming }) : request);
  });
  const all = keptListener(keptAnswers, systemClock, (incoming, outgoing) => void listener(incoming, outgoing));
  const server = createServer({ ServerResponse: EmptyAwareResponse }, all);
  server.headersTimeout = HEADERS_MS;
  server.requestTimeout = REQUEST_MS;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  const { maxSockets, feedUpstream: upstream } = config;
  const prefix = new URL(edge.feedUrl).pathname.replace(/\/$/, '');
  const endSockets = pipeUpgrades(server, { prefix, upstream, maxSockets, log });
  const url = await listen(server, config.host, config.port);
  return {
    url,
    async stop() {
      endSockets();
      await closed(server);
      redis.disconnect();
    },
  };
}

/** Where a request keeps Node's own; a WeakMap would cost each collection of garbage a look at every request. */
const INCOMING = Symbol('incoming');

function incomingOf(request: Request): IncomingMessage | undefined {
  const incoming: unknown = Reflect.get(request, INCOMING);
  return incoming instanceof IncomingMessage ? incoming : undefined;
}

const isHttp1 = (bindings: object): bindings is HttpBindings => 'incoming' in bindings;

function listen(server: Server, host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      const address = server.address();
      const shown = host.includes(':') ? `[${host}]` : host;
      resolve(`http://${shown}:${typeof address === 'object' && address !== null ? address.port : port}`);
    });
  });
}

/** Lets requests under way finish; idle connections close at once. */
function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
}
