import { join } from 'node:path';
import * as v from 'valibot';
import { parseNodeConfig } from '../../edge/config.node.ts';
import { startNodeEdge } from '../../edge/start.node.ts';
import { createLogger } from '../../platform/log.ts';
import { generateEdgeKeySet } from '../../tokens/generate-keys.ts';
import { servePart } from './serve-part.ts';

/** The edge on Node as it ships, in a process of its own; nobody answers as core unless one is named. */
const settings = v.object({
  redisUrl: v.string(),
  feedUrl: v.optional(v.string(), 'ws://127.0.0.1:9'),
  coreUrl: v.optional(v.string(), 'http://127.0.0.1:9'),
  /** Own keys unless the bench has to sign with them too. */
  keysJson: v.optional(v.string()),
});

await servePart(settings, async ({ redisUrl, feedUrl, coreUrl, keysJson }) => {
  const environment = {
    ONSALE_ORIGIN: 'http://shop.test',
    ONSALE_CORE_URL: coreUrl,
    ONSALE_FEED_URL: feedUrl,
    ONSALE_CORE_SECRET: 'bench',
    ONSALE_INSTANCE: 'bench',
    ONSALE_EDGE_KEYS: keysJson ?? JSON.stringify(await generateEdgeKeySet()),
    REDIS_URL: redisUrl,
    HOST: '127.0.0.1',
    PORT: '0',
  };
  const assets = join(import.meta.dirname, '../../web');
  const edge = await startNodeEdge(parseNodeConfig(environment, assets), createLogger('edge', 'error'));
  return { ready: { url: edge.url, jwksUrl: `${edge.url}/.well-known/jwks.json` } };
});
