import { systemClock } from '../platform/clock.ts';
import { createLogger } from '../platform/log.ts';
import { signAccessPass } from '../tokens/access-pass.sign.ts';
import { generateOkpKeySet } from '../tokens/generate-keys.ts';
import { type OkpKeySet, ed25519SigningKey, localKeys } from '../tokens/key-set.ts';
import { createApp } from './app.ts';
import { createRequestMeter } from './health/request-meter.ts';
import type { CoreApp } from './http/context.ts';
import { createCoreKeys } from './keys.ts';

const ORIGIN = 'http://127.0.0.1:8787';

/** Core over stores that note each touch and then fail: what is refused here was refused without them. */
export type UntouchableCore = {
  app: CoreApp;
  /** What was touched since it was last emptied. */
  touched: string[];
  /** A pass for a session of so many ms; of strangers' keys or of another origin where named. */
  pass(sessionMs: number, other?: { keys?: OkpKeySet; issuer?: string }): Promise<string>;
};

/** Builds it. */
export async function openUntouchableCore(): Promise<UntouchableCore> {
  const edgeKeys = await generateOkpKeySet();
  const touched: string[] = [];
  const untouchable = (name: string): never =>
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- It stands for any store, and none of it may be used.
    new Proxy(
      {},
      {
        get(_target, method) {
          touched.push(`${name}.${String(method)}`);
          throw new Error(`${name} was touched`);
        },
      },
    ) as never;
  const config = {
    origin: ORIGIN,
    coreSecret: 'secret',
    coreKeys: await generateOkpKeySet(),
    operatorKeys: await generateOkpKeySet(),
    edgeJwksUrl: ORIGIN,
    databaseUrl: '',
    redisUrl: '',
    feedUrl: '',
    payments: { current: 'sandbox' as const, sandbox: null, stripe: null },
    webhookPrivateHosts: [],
    smtp: null,
    mailFrom: '',
    push: null,
    oidc: null,
    host: '',
    port: 0,
  };
  const app = createApp({
    config,
    clock: systemClock,
    log: createLogger('core', 'silent'),
    keys: await createCoreKeys(config, localKeys(edgeKeys)),
    sql: untouchable('sql'),
    db: untouchable('db'),
    browseSql: untouchable('browseSql'),
    browseDb: untouchable('browseDb'),
    searchSql: untouchable('searchSql'),
    scripts: untouchable('scripts'),
    redis: untouchable('redis'),
    catalogue: untouchable('catalogue'),
    browseCatalogue: untouchable('catalogue'),
    inventory: untouchable('inventory'),
    payments: untouchable('payments'),
    mailer: untouchable('mailer'),
    push: null,
    commits: untouchable('commits'),
    postgresClock: untouchable('postgresClock'),
    wake: () => {},
    meter: createRequestMeter(systemClock),
    revokedOperators: untouchable('revokedOperators'),
    codeMailer: untouchable('codeMailer'),
  });
  return {
    app,
    touched,
    async pass(sessionMs, { keys = edgeKeys, issuer = ORIGIN } = {}) {
      const nowMs = systemClock.nowMs();
      const session = { room: 'demo', ticketId: 'A'.repeat(22), lane: 'general', sessionEndsAtMs: nowMs + sessionMs };
      return signAccessPass(await ed25519SigningKey(keys), { issuer, ...session, nowMs });
    },
  };
}
