import * as v from 'valibot';
import { parseConfig, text, url } from '../platform/config.ts';
import type { EdgeConfig } from './ports.ts';

/** What the edge reads from its environment beside its own settings: where the store is, and the private keys. */
export type EdgeEnvironment = { edge: EdgeConfig; restUrl: string; restToken: string; keysJson: string };

const instance = v.pipe(text, v.regex(/^[A-Za-z0-9_-]{1,32}$/, 'must be 1 to 32 of A-Z, a-z, 0-9, - and _'));

/** Parses the edge's variables at once. Throws ConfigError, which names each that is missing or unusable. */
export function parseEdgeConfig(env: Record<string, unknown>): EdgeEnvironment {
  const texts: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(env)) if (typeof value === 'string') texts[name] = value;
  const parsed = parseConfig(
    {
      ONSALE_ORIGIN: url('http', 'https'),
      ONSALE_CORE_URL: url('http', 'https'),
      ONSALE_FEED_URL: url('ws', 'wss'),
      ONSALE_CORE_SECRET: text,
      ONSALE_INSTANCE: instance,
      ONSALE_EDGE_KEYS: text,
      UPSTASH_REDIS_REST_URL: url('http', 'https'),
      UPSTASH_REDIS_REST_TOKEN: text,
    },
    texts,
  );
  return {
    edge: {
      origin: new URL(parsed.ONSALE_ORIGIN).origin,
      coreUrl: parsed.ONSALE_CORE_URL.replace(/\/$/, ''),
      feedUrl: parsed.ONSALE_FEED_URL.replace(/\/$/, ''),
      coreSecret: parsed.ONSALE_CORE_SECRET,
      instance: parsed.ONSALE_INSTANCE,
    },
    restUrl: parsed.UPSTASH_REDIS_REST_URL,
    restToken: parsed.UPSTASH_REDIS_REST_TOKEN,
    keysJson: parsed.ONSALE_EDGE_KEYS,
  };
}
