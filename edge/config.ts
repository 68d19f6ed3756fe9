import * as v from 'valibot';
import { ConfigError, parseConfig, text, url } from '../platform/config.ts';
import type { EdgeConfig, TurnstileConfig } from './ports.ts';

/** What every runtime of the edge reads from its environment: its settings, and the private keys. */
export type EdgeEnvironment = { edge: EdgeConfig; keysJson: string };

const instance = v.pipe(text, v.regex(/^[A-Za-z0-9_-]{1,32}$/, 'must be 1 to 32 of A-Z, a-z, 0-9, - and _'));

const optional = v.optional(v.string(), '');
/** Where Cloudflare serves the widget and judges its tokens. */
const TURNSTILE = 'https://challenges.cloudflare.com/turnstile/v0';

/** Those of the rooms that ask for Turnstile; the first two are set both or neither. */
export const TURNSTILE_VARIABLES = {
  ONSALE_TURNSTILE_SITE_KEY: optional,
  ONSALE_TURNSTILE_SECRET: optional,
  ONSALE_TURNSTILE_VERIFY_URL: v.optional(url('https', 'http'), `${TURNSTILE}/siteverify`),
  ONSALE_TURNSTILE_SCRIPT_URL: v.optional(url('https', 'http'), `${TURNSTILE}/api.js`),
};

/** The variables that every runtime of the edge needs; where its store is, each runtime adds. */
export const EDGE_VARIABLES = {
  ONSALE_ORIGIN: url('http', 'https'),
  ONSALE_CORE_URL: url('http', 'https'),
  ONSALE_FEED_URL: url('ws', 'wss'),
  ONSALE_CORE_SECRET: text,
  ONSALE_INSTANCE: instance,
  ONSALE_EDGE_KEYS: text,
  ...TURNSTILE_VARIABLES,
};

/** The Worker's variables at once. Throws ConfigError, which names each that is missing or unusable. */
export function parseWorkerConfig(
  env: Record<string, unknown>,
): EdgeEnvironment & { restUrl: string; restToken: string } {
  const texts: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(env)) if (typeof value === 'string') texts[name] = value;
  const variables = { UPSTASH_REDIS_REST_URL: url('http', 'https'), UPSTASH_REDIS_REST_TOKEN: text };
  const parsed = parseConfig({ ...EDGE_VARIABLES, ...variables }, texts);
  return {
    ...toEdgeEnvironment(parsed),
    restUrl: parsed.UPSTASH_REDIS_REST_URL,
    restToken: parsed.UPSTASH_REDIS_REST_TOKEN,
  };
}

type Parsed = v.InferOutput<v.ObjectSchema<typeof EDGE_VARIABLES, undefined>>;

/** What the parsed variables mean. Throws ConfigError for a pair of which one half is missing. */
export function toEdgeEnvironment(parsed: Parsed): EdgeEnvironment {
  return {
    edge: {
      origin: new URL(parsed.ONSALE_ORIGIN).origin,
      coreUrl: parsed.ONSALE_CORE_URL.replace(/\/$/, ''),
      feedUrl: parsed.ONSALE_FEED_URL.replace(/\/$/, ''),
      coreSecret: parsed.ONSALE_CORE_SECRET,
      instance: parsed.ONSALE_INSTANCE,
      turnstile: turnstileOf(parsed),
    },
    keysJson: parsed.ONSALE_EDGE_KEYS,
  };
}

function turnstileOf(parsed: Parsed): TurnstileConfig | null {
  const [siteKey, secret] = [parsed.ONSALE_TURNSTILE_SITE_KEY, parsed.ONSALE_TURNSTILE_SECRET];
  if (siteKey === '' && secret === '') return null;
  if (secret === '')
    throw new ConfigError(['ONSALE_TURNSTILE_SECRET: is missing, and ONSALE_TURNSTILE_SITE_KEY is set']);
  if (siteKey === '')
    throw new ConfigError(['ONSALE_TURNSTILE_SITE_KEY: is missing, and ONSALE_TURNSTILE_SECRET is set']);
  return {
    siteKey,
    secret,
    verifyUrl: parsed.ONSALE_TURNSTILE_VERIFY_URL,
    scriptUrl: parsed.ONSALE_TURNSTILE_SCRIPT_URL,
  };
}
