import * as v from 'valibot';
import { host, parseConfig, port, url } from '../platform/config.ts';

/** Sockets of one process unless told otherwise: about 16 KB each, so a quarter of a GB. */
const DEFAULT_MAX_SOCKETS = '15000';

/** The feed's environment. `ONSALE_ORIGIN` is the origin whose pages may open sockets, and who issued the feed tokens. */
export function readConfig(env: Record<string, string | undefined>) {
  const config = parseConfig(
    {
      REDIS_URL: url('redis', 'rediss'),
      ONSALE_ORIGIN: url('http', 'https'),
      ONSALE_EDGE_JWKS_URL: url('http', 'https'),
      ONSALE_FEED_MAX_SOCKETS: v.pipe(
        v.optional(v.string(), DEFAULT_MAX_SOCKETS),
        v.transform(Number),
        v.integer('must be a whole number'),
        v.minValue(1, 'must be at least 1'),
        v.maxValue(100_000, 'must be at most 100000'),
      ),
      HOST: host,
      PORT: port,
    },
    env,
  );
  return {
    redisUrl: config.REDIS_URL,
    origin: new URL(config.ONSALE_ORIGIN).origin,
    jwksUrl: config.ONSALE_EDGE_JWKS_URL,
    maxSockets: config.ONSALE_FEED_MAX_SOCKETS,
    host: config.HOST,
    port: config.PORT,
  };
}

export type FeedConfig = ReturnType<typeof readConfig>;
