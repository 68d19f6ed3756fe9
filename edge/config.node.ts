import { BlockList, isIP } from 'node:net';
import * as v from 'valibot';
import { host, parseConfig, port, url } from '../platform/config.ts';
import { EDGE_VARIABLES, toEdgeEnvironment, type EdgeEnvironment } from './config.ts';

export type NodeEdgeConfig = EdgeEnvironment & {
  redisUrl: string;
  host: string;
  port: number;
  /** The files of web/, as the build left them. */
  assetsFolder: string;
  /** Peers whose X-Forwarded-For is believed. */
  trustedProxies: BlockList;
  /** Where sockets below the path of `edge.feedUrl` are piped to; null: browsers go to the feed themselves. */
  feedUpstream: URL | null;
  /** Piped sockets of this process at most. */
  maxSockets: number;
};

/** A piped socket takes two descriptors and about 40 KB here; most shells allow some thousand descriptors. */
const DEFAULT_MAX_SOCKETS = '5000';

const proxies = v.pipe(
  v.optional(v.string(), ''),
  v.transform((text) => text.split(/[\s,]+/).filter((range) => range !== '')),
  v.check(
    (ranges) => ranges.every((range) => toSubnet(range) !== null),
    'must be addresses or CIDR ranges with commas',
  ),
);

/** The Node edge's variables at once; `assetsFolder` when the environment names none. Throws ConfigError. */
export function parseNodeConfig(env: Record<string, string | undefined>, assetsFolder: string): NodeEdgeConfig {
  const parsed = parseConfig(
    {
      ...EDGE_VARIABLES,
      REDIS_URL: url('redis', 'rediss'),
      HOST: host,
      PORT: port,
      ONSALE_ASSETS_DIR: v.optional(v.string(), assetsFolder),
      ONSALE_TRUSTED_PROXIES: proxies,
      ONSALE_FEED_UPSTREAM_URL: v.optional(url('ws')),
      ONSALE_EDGE_MAX_SOCKETS: v.pipe(
        v.optional(v.string(), DEFAULT_MAX_SOCKETS),
        v.transform(Number),
        v.integer('must be a whole number'),
        v.minValue(1, 'must be at least 1'),
        v.maxValue(100_000, 'must be at most 100000'),
      ),
    },
    env,
  );
  return {
    ...toEdgeEnvironment(parsed),
    redisUrl: parsed.REDIS_URL,
    host: parsed.HOST,
    port: parsed.PORT,
    assetsFolder: parsed.ONSALE_ASSETS_DIR,
    trustedProxies: toBlockList(parsed.ONSALE_TRUSTED_PROXIES),
    feedUpstream: parsed.ONSALE_FEED_UPSTREAM_URL === undefined ? null : new URL(parsed.ONSALE_FEED_UPSTREAM_URL),
    maxSockets: parsed.ONSALE_EDGE_MAX_SOCKETS,
  };
}

/** The ranges as Node's own matcher. */
export function toBlockList(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const subnet = toSubnet(range);
    if (subnet !== null) list.addSubnet(subnet.address, subnet.prefix, subnet.family);
  }
  return list;
}

function toSubnet(range: string): { address: string; prefix: number; family: 'ipv4' | 'ipv6' } | null {
  const [address = '', length] = range.split('/');
  const version = isIP(address);
  if (version === 0) return null;
  const longest = version === 4 ? 32 : 128;
  const prefix = length === undefined ? longest : Number(length);
  if (!/^\d*$/.test(length ?? '') || !(prefix >= 0 && prefix <= longest)) return null;
  return { address, prefix, family: version === 4 ? 'ipv4' : 'ipv6' };
}
