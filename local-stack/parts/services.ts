import { join } from 'node:path';
import { CORE_NODE_FLAGS } from '../build/entries.ts';
import type { Part } from '../supervisor/part.ts';
import { servicePart } from './service-part.ts';
import { addressesOf } from './settings.ts';
import type { StackSettings } from './settings.ts';
import type { StoreAddresses } from './stores.ts';

const LOOPBACK = 'localhost,127.0.0.1,[::1]';

/** Our own services, each with exactly the variables of its config.ts. */
export function serviceParts(settings: StackSettings, stores: StoreAddresses): Part[] {
  const payments = paymentsPart(settings);
  return [
    ...(payments === null ? [] : [payments]),
    mailboxPart(settings),
    corePart(settings, stores, payments === null ? [] : [payments.name]),
    admissionPart(settings, stores),
    feedPart(settings, stores),
    edgePart(settings, stores),
  ];
}

/** The sandbox provider or the stand-in for Stripe; null where Stripe itself takes the payments. */
function paymentsPart(settings: StackSettings): Part | null {
  const { root, keys, ports, dataFolder } = settings;
  const common = { needs: ['build'], root };
  const env = { ...listenOn(ports.sandbox), ONSALE_CORE_URL: addressesOf(settings).coreUrl };
  if (settings.payments === 'sandbox') {
    return servicePart({
      ...common,
      name: 'sandbox-payments',
      script: 'local-stack/sandbox-payments-main.js',
      env: () => ({
        ...env,
        ONSALE_DATA: join(dataFolder, 'sandbox-payments'),
        ONSALE_PAYMENTS_WEBHOOK_SECRET: keys.webhookSecret,
      }),
    });
  }
  if (settings.hasStripeKey) return null;
  return servicePart({
    ...common,
    name: 'stripe-stand-in',
    script: 'local-stack/stripe-stand-in-main.js',
    env: () => ({ ...env, ONSALE_DATA: join(dataFolder, 'stripe-stand-in'), ...standInSecrets(settings) }),
  });
}

function mailboxPart({ root, ports }: StackSettings): Part {
  return servicePart({
    name: 'mailbox',
    needs: ['build'],
    root,
    script: 'local-stack/mailbox-main.js',
    env: () => ({ ...listenOn(ports.mailbox), ONSALE_SMTP_PORT: String(ports.smtp) }),
  });
}

function paymentVariables(settings: StackSettings): Record<string, string> {
  const { sandboxUrl } = addressesOf(settings);
  if (settings.payments === 'sandbox')
    return { ONSALE_PAYMENTS_URL: sandboxUrl, ONSALE_PAYMENTS_WEBHOOK_SECRET: settings.keys.webhookSecret };
  const standIn = settings.hasStripeKey ? {} : { ...standInSecrets(settings), ONSALE_STRIPE_URL: sandboxUrl };
  return { ONSALE_PAYMENTS_PROVIDER: 'stripe', ...standIn };
}

/** Shaped like Stripe's; they open nothing but this machine's stand-in. */
const standInSecrets = ({ keys }: StackSettings): Record<string, string> => ({
  ONSALE_STRIPE_SECRET_KEY: `sk_test_${keys.instance}`,
  ONSALE_STRIPE_WEBHOOK_SECRET: keys.webhookSecret,
});

function corePart(settings: StackSettings, stores: StoreAddresses, needs: readonly string[]): Part {
  const { root, keys, ports } = settings;
  return servicePart({
    name: 'core',
    needs: ['build', 'migrations', 'redis', ...needs],
    root,
    script: 'core/main.js',
    nodeFlags: CORE_NODE_FLAGS,
    env: () => ({
      ...storeVariables(stores),
      ...edgeIdentity(settings),
      ...listenOn(ports.core),
      ONSALE_FEED_URL: addressesOf(settings).feedUrl,
      ONSALE_CORE_SECRET: keys.coreSecret,
      ONSALE_CORE_KEYS_FILE: keys.coreKeysFile,
      ONSALE_OPERATOR_JWKS_FILE: keys.operatorJwksFile,
      ...paymentVariables(settings),
      ONSALE_SMTP_URL: addressesOf(settings).smtpUrl,
      ONSALE_PUSH_KEYS_FILE: keys.pushKeysFile,
      ONSALE_PUSH_CONTACT: 'mailto:onsale@localhost',
      ONSALE_PUSH_PRIVATE_HOSTS: LOOPBACK,
      // Whoever tries webhooks on a laptop listens on it.
      ONSALE_WEBHOOK_PRIVATE_HOSTS: LOOPBACK,
    }),
  });
}

function admissionPart({ root }: StackSettings, stores: StoreAddresses): Part {
  return servicePart({
    name: 'admission-worker',
    needs: ['build', 'seed'],
    root,
    script: 'admission-worker/main.js',
    env: () => storeVariables(stores),
  });
}

function feedPart(settings: StackSettings, stores: StoreAddresses): Part {
  const { root, ports } = settings;
  return servicePart({
    name: 'feed',
    needs: ['build', 'redis'],
    root,
    script: 'feed/main.js',
    env: () => ({ REDIS_URL: stores.redisUrl, ...edgeIdentity(settings), ...listenOn(ports.feed) }),
  });
}

function edgePart(settings: StackSettings, stores: StoreAddresses): Part {
  const { root, keys, ports, edge, turnstile } = settings;
  const { edgeUrl, coreUrl, feedUrl } = addressesOf(settings);
  return servicePart({
    name: 'edge',
    needs: ['build', edge === 'node' ? 'redis' : 'rest-front'],
    root,
    script: edge === 'node' ? 'edge/node.js' : 'local-stack/worker-main.js',
    env: () => ({
      ...listenOn(ports.edge),
      ...(edge === 'node' ? { REDIS_URL: stores.redisUrl } : workerVariables(settings)),
      ONSALE_ORIGIN: edgeUrl,
      ONSALE_CORE_URL: coreUrl,
      ONSALE_FEED_URL: feedUrl,
      ONSALE_CORE_SECRET: keys.coreSecret,
      ONSALE_INSTANCE: keys.instance,
      ONSALE_EDGE_KEYS: JSON.stringify(keys.edgeKeys),
      ...turnstile,
    }),
  });
}

function workerVariables(settings: StackSettings): Record<string, string> {
  const { root, dataFolder } = settings;
  const { restUrl, restToken } = addressesOf(settings);
  return {
    // wrangler is here to read a file: it reports nothing, keeps no logs in the home folder, reads no .env file.
    WRANGLER_LOG: 'error',
    WRANGLER_LOG_PATH: join(dataFolder, 'logs', 'wrangler.log'),
    WRANGLER_SEND_METRICS: 'false',
    CLOUDFLARE_LOAD_DEV_VARS_FROM_DOT_ENV: 'false',
    NO_COLOR: '1',
    ONSALE_WRANGLER_FILE: join(root, 'wrangler.toml'),
    UPSTASH_REDIS_REST_URL: restUrl,
    UPSTASH_REDIS_REST_TOKEN: restToken,
  };
}

function listenOn(port: number): Record<string, string> {
  return { HOST: '127.0.0.1', PORT: String(port) };
}

/** Whose tokens are believed, and where the keys for them are published. */
function edgeIdentity(settings: StackSettings): Record<string, string> {
  const { edgeUrl } = addressesOf(settings);
  return { ONSALE_ORIGIN: edgeUrl, ONSALE_EDGE_JWKS_URL: `${edgeUrl}/.well-known/jwks.json` };
}

function storeVariables({ databaseUrl, redisUrl }: StoreAddresses): Record<string, string> {
  return { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl };
}
