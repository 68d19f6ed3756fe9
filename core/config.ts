import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { ConfigError, host, parseConfig, port, text, url } from '../platform/config.ts';
import { PAYMENT_ENTRIES, readPaymentSettings, type PaymentSettings } from './payments/settings.ts';
import { pushKeysSchema } from './push/push-keys.ts';
import type { PushSettings } from './push/push-sender.ts';
import { type OkpKeySet, okpKeySetSchema } from '../tokens/key-set.ts';
import { mailFrom, smtpAddress, type SmtpSettings } from './mail/smtp-address.ts';
import { OIDC_ALGORITHMS, type OidcProvider } from '../tokens/oidc-token.verify.ts';

const entries = {
  DATABASE_URL: url('postgres', 'postgresql'),
  REDIS_URL: url('redis', 'rediss'),
  ONSALE_ORIGIN: url('http', 'https'),
  ONSALE_FEED_URL: url('ws', 'wss'),
  ONSALE_CORE_SECRET: v.pipe(text, v.minLength(16, 'must have at least 16 characters')),
  ONSALE_EDGE_JWKS_URL: url('http', 'https'),
  ONSALE_CORE_KEYS_FILE: text,
  ONSALE_OPERATOR_JWKS_FILE: text,
  ...PAYMENT_ENTRIES,
  ONSALE_WEBHOOK_PRIVATE_HOSTS: v.optional(v.string(), ''),
  ONSALE_SMTP_URL: smtpAddress,
  ONSALE_MAIL_FROM: mailFrom,
  ONSALE_PUSH_KEYS_FILE: v.optional(v.string(), ''),
  ONSALE_PUSH_CONTACT: v.optional(v.string(), ''),
  ONSALE_PUSH_PRIVATE_HOSTS: v.optional(v.string(), ''),
  ONSALE_OIDC_ISSUER: v.optional(v.union([v.literal(''), url('http', 'https')]), ''),
  ONSALE_OIDC_AUDIENCE: v.optional(v.string(), ''),
  ONSALE_OIDC_JWKS_URL: v.optional(v.union([v.literal(''), url('http', 'https')]), ''),
  ONSALE_OIDC_ALGORITHMS: v.optional(v.string(), ''),
  HOST: host,
  PORT: port,
};

/** Everything core is told from outside, parsed once at its entry. */
export type CoreConfig = {
  databaseUrl: string;
  redisUrl: string;
  /** The public origin of the edge, without a slash at its end; also the `iss` of every token. */
  origin: string;
  feedUrl: string;
  /** Shared with the edge: only with it are the gate's headers believed. */
  coreSecret: string;
  edgeJwksUrl: string;
  /** Private; the first key signs hold receipts and entry tickets. */
  coreKeys: OkpKeySet;
  /** Public half of the operators' key. */
  operatorKeys: OkpKeySet;
  payments: PaymentSettings;
  /** Hosts that outgoing webhooks may reach though they are private, and without TLS; all others must be public and https. */
  webhookPrivateHosts: readonly string[];
  /** The relay that mail is handed to; null: no mail is sent. */
  smtp: SmtpSettings | null;
  /** In whose name. */
  mailFrom: string;
  /** Keys for web push, and whom it may reach; null: nothing is pushed. */
  push: PushSettings | null;
  /** The identity provider whose tokens stand for accounts; null: there is none. */
  oidc: (OidcProvider & { jwksUrl: string }) | null;
  host: string;
  port: number;
};

/** Reads the environment and the key files it names. Throws ConfigError, which names each variable at fault. */
export function readCoreConfig(env: Record<string, string | undefined> = process.env): CoreConfig {
  const values = parseConfig(entries, env);
  return {
    databaseUrl: values.DATABASE_URL,
    redisUrl: values.REDIS_URL,
    origin: new URL(values.ONSALE_ORIGIN).origin,
    feedUrl: values.ONSALE_FEED_URL,
    coreSecret: values.ONSALE_CORE_SECRET,
    edgeJwksUrl: values.ONSALE_EDGE_JWKS_URL,
    coreKeys: readKeySet('ONSALE_CORE_KEYS_FILE', values.ONSALE_CORE_KEYS_FILE),
    operatorKeys: readKeySet('ONSALE_OPERATOR_JWKS_FILE', values.ONSALE_OPERATOR_JWKS_FILE),
    payments: readPaymentSettings(values),
    webhookPrivateHosts: toHosts(values.ONSALE_WEBHOOK_PRIVATE_HOSTS),
    smtp: values.ONSALE_SMTP_URL,
    mailFrom: values.ONSALE_MAIL_FROM,
    push: readPush(values),
    oidc: readOidc(values),
    host: values.HOST,
    port: values.PORT,
  };
}

type PushVariables = Record<'ONSALE_PUSH_KEYS_FILE' | 'ONSALE_PUSH_CONTACT' | 'ONSALE_PUSH_PRIVATE_HOSTS', string>;

/** Without keys nothing is pushed; with them somebody must be named whom a push service can write to. */
function readPush(values: PushVariables): PushSettings | null {
  const { ONSALE_PUSH_KEYS_FILE: file, ONSALE_PUSH_CONTACT: contact, ONSALE_PUSH_PRIVATE_HOSTS: hosts } = values;
  if (file === '') return null;
  if (!/^(mailto:[^\s@]+@[^\s@]+|https:\/\/\S+)$/.test(contact))
    throw new ConfigError([
      'ONSALE_PUSH_CONTACT: must begin with mailto: or https://, since ONSALE_PUSH_KEYS_FILE is set',
    ]);
  return { keys: readKeyFile('ONSALE_PUSH_KEYS_FILE', file, pushKeysSchema), contact, privateHosts: toHosts(hosts) };
}

type OidcVariables = Record<
  'ONSALE_OIDC_ISSUER' | 'ONSALE_OIDC_AUDIENCE' | 'ONSALE_OIDC_JWKS_URL' | 'ONSALE_OIDC_ALGORITHMS',
  string
>;

/** Half a provider would let in nobody, or anybody's tokens: it is whole or absent. */
function readOidc(values: OidcVariables): CoreConfig['oidc'] {
  const { ONSALE_OIDC_ISSUER: issuer, ONSALE_OIDC_AUDIENCE: audience, ONSALE_OIDC_JWKS_URL: jwksUrl } = values;
  if (issuer === '' && audience === '' && jwksUrl === '') return null;
  if (issuer === '' || audience === '' || jwksUrl === '')
    throw new ConfigError(['ONSALE_OIDC_ISSUER, ONSALE_OIDC_AUDIENCE, ONSALE_OIDC_JWKS_URL: set all or none of them']);
  const algorithms = v.safeParse(
    v.pipe(v.array(v.picklist(OIDC_ALGORITHMS)), v.minLength(1)),
    (values.ONSALE_OIDC_ALGORITHMS || 'RS256,ES256').split(',').map((name) => name.trim()),
  );
  if (!algorithms.success)
    throw new ConfigError([`ONSALE_OIDC_ALGORITHMS: must name some of ${OIDC_ALGORITHMS.join(', ')}`]);
  return { issuer, audience, jwksUrl, algorithms: algorithms.output };
}

/** Names with commas between them, as `URL.hostname` says them. */
const toHosts = (list: string): string[] =>
  list
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '');

const readKeySet = (variable: string, path: string): OkpKeySet => readKeyFile(variable, path, okpKeySetSchema);

function readKeyFile<T>(variable: string, path: string, schema: v.GenericSchema<unknown, T>): T {
  try {
    return v.parse(schema, JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    // A key file's content must not reach a log: only the kind of fault is told.
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'it does not hold such keys';
    throw new ConfigError([`${variable}: cannot use ${path} (${why})`]);
  }
}
