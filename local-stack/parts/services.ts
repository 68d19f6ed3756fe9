import { join } from 'node:path';
import type { Part } from '../supervisor/part.ts';
import { servicePart } from './service-part.ts';
import { addressesOf } from './settings.ts';
import type { StackSettings } from './settings.ts';
import type { StoreAddresses } from './stores.ts';

/** Our own services, each with exactly the variables of its config.ts. */
export function serviceParts(settings: StackSettings, stores: StoreAddresses): Part[] {
  const { root, keys, ports, dataFolder } = settings;
  const { edgeUrl, coreUrl, feedUrl, restUrl, restToken, sandboxUrl } = addressesOf(settings);
  const listen = (port: number): Record<string, string> => ({ HOST: '127.0.0.1', PORT: String(port) });
  const jwks = { ONSALE_ORIGIN: edgeUrl, ONSALE_EDGE_JWKS_URL: `${edgeUrl}/.well-known/jwks.json` };
  const database = (): Record<string, string> => ({ DATABASE_URL: stores.databaseUrl, REDIS_URL: stores.redisUrl });
  return [
    servicePart({
      name: 'sandbox-payments',
      needs: ['build'],
      root,
      script: 'local-stack/sandbox-payments-main.js',
      env: () => ({
        ...listen(ports.sandbox),
        ONSALE_DATA: dataFolder,
        ONSALE_CORE_URL: coreUrl,
        ONSALE_PAYMENTS_WEBHOOK_SECRET: keys.webhookSecret,
      }),
    }),
    servicePart({
      name: 'core',
      needs: ['build', 'migrations', 'redis', 'sandbox-payments'],
      root,
      script: 'core/main.js',
      env: () => ({
        ...database(),
        ...jwks,
        ...listen(ports.core),
        ONSALE_FEED_URL: feedUrl,
        ONSALE_CORE_SECRET: keys.coreSecret,
        ONSALE_CORE_KEYS_FILE: keys.coreKeysFile,
        ONSALE_OPERATOR_JWKS_FILE: keys.operatorJwksFile,
        ONSALE_PAYMENTS_URL: sandboxUrl,
        ONSALE_PAYMENTS_WEBHOOK_SECRET: keys.webhookSecret,
      }),
    }),
    servicePart({
      name: 'admission-worker',
      needs: ['build', 'seed'],
      root,
      script: 'admission-worker/main.js',
      env: database,
    }),
    servicePart({
      name: 'feed',
      needs: ['build', 'redis'],
      root,
      script: 'feed/main.js',
      env: () => ({ REDIS_URL: stores.redisUrl, ...jwks, ...listen(ports.feed) }),
    }),
    servicePart({
      name: 'edge',
      needs: ['build', 'rest-front'],
      root,
      script: 'local-stack/worker-main.js',
      env: () => ({
        ...listen(ports.edge),
        ONSALE_WRANGLER_FILE: join(root, 'wrangler.toml'),
        ONSALE_ORIGIN: edgeUrl,
        ONSALE_CORE_URL: coreUrl,
        ONSALE_FEED_URL: feedUrl,
        ONSALE_CORE_SECRET: keys.coreSecret,
        ONSALE_INSTANCE: keys.instance,
        ONSALE_EDGE_KEYS: JSON.stringify(keys.edgeKeys),
        UPSTASH_REDIS_REST_URL: restUrl,
        UPSTASH_REDIS_REST_TOKEN: restToken,
      }),
    }),
  ];
}
