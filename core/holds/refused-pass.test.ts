import { beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../platform/clock.ts';
import { createLogger } from '../../platform/log.ts';
import { signAccessPass } from '../../tokens/access-pass.sign.ts';
import { generateOkpKeySet } from '../../tokens/generate-keys.ts';
import { type OkpKeySet, ed25519SigningKey, localKeys } from '../../tokens/key-set.ts';
import { createApp } from '../app.ts';
import type { CoreDeps } from '../deps.ts';
import { createRequestMeter } from '../health/request-meter.ts';
import type { CoreApp } from '../http/context.ts';
import { createCoreKeys } from '../keys.ts';

const ORIGIN = 'http://127.0.0.1:8787';
const touched: string[] = [];

/** A store that remembers being touched and then fails. */
const untouchable = (name: string): never =>
  new Proxy(
    {},
    {
      get(_target, method) {
        touched.push(`${name}.${String(method)}`);
        throw new Error(`${name} was touched`);
      },
    },
  ) as never;

let app: CoreApp;
let edgeKeys: OkpKeySet;
beforeAll(async () => {
  edgeKeys = await generateOkpKeySet();
  const config = {
    origin: ORIGIN,
    coreSecret: 'secret',
    coreKeys: await generateOkpKeySet(),
    operatorKeys: await generateOkpKeySet(),
    edgeJwksUrl: ORIGIN,
  } as CoreDeps['config'];
  app = createApp({
    config,
    clock: systemClock,
    log: createLogger('core', 'silent'),
    keys: await createCoreKeys(config, localKeys(edgeKeys)),
    sql: untouchable('sql'),
    db: untouchable('db'),
    browseSql: untouchable('browseSql'),
    browseDb: untouchable('browseDb'),
    scripts: untouchable('scripts'),
    redis: untouchable('redis'),
    catalogue: untouchable('catalogue'),
    browseCatalogue: untouchable('catalogue'),
    inventory: untouchable('inventory'),
    payments: untouchable('payments'),
    commits: untouchable('commits'),
    postgresClock: untouchable('postgresClock'),
    wake: () => {},
    meter: createRequestMeter(systemClock),
    revokedOperators: untouchable('revokedOperators'),
  });
});

const passFrom = async (keys: OkpKeySet, sessionMs: number, issuer = ORIGIN) =>
  signAccessPass(await ed25519SigningKey(keys), {
    issuer,
    room: 'demo',
    ticketId: 'A'.repeat(22),
    lane: 'general',
    sessionEndsAtMs: systemClock.nowMs() + sessionMs,
    nowMs: systemClock.nowMs(),
  });

const attempt = async (path: string, authorization?: string) => {
  touched.length = 0;
  const headers = {
    'content-type': 'application/json',
    'idempotency-key': 'k',
    ...(authorization ? { authorization } : {}),
  };
  const wish = { performanceId: 'concert-1', items: [{ zoneId: 'stalls', seats: ['a-1'] }] };
  const body = JSON.stringify(path.endsWith('/extend') ? { receipt: 'x' } : wish);
  const response = await app.request(path, { method: 'POST', headers, body });
  const { code } = (await response.json()) as { code: string };
  return { status: response.status, code, touched: [...touched] };
};

describe.each(['/v1/holds', '/v1/holds/h1/extend'])('without a live pass POST %s touches no store', (path) => {
  it('when there is no credential, or one of another scheme', async () => {
    const refused = { status: 403, code: 'not_admitted', touched: [] };
    expect(await attempt(path)).toEqual(refused);
    expect(await attempt(path, 'Basic YTpi')).toEqual(refused);
  });
  it('when the pass is forged, of another origin, or no token at all', async () => {
    const refused = { status: 401, code: 'pass_invalid', touched: [] };
    const strangers = await generateOkpKeySet();
    expect(await attempt(path, `Bearer ${await passFrom(strangers, 60_000)}`)).toEqual(refused);
    expect(await attempt(path, `Bearer ${await passFrom(edgeKeys, 60_000, 'https://elsewhere.example')}`)).toEqual(
      refused,
    );
    expect(await attempt(path, 'Bearer nonsense')).toEqual(refused);
  });
  it('when the session named in it is over', async () => {
    expect(await attempt(path, `Bearer ${await passFrom(edgeKeys, -1000)}`)).toEqual({
      status: 403,
      code: 'session_ended',
      touched: [],
    });
  });
});

it('a good pass does reach the stores: the control that shows the check can fail', async () => {
  const reached = await attempt('/v1/holds', `Bearer ${await passFrom(edgeKeys, 60_000)}`);
  expect(reached).toEqual({ status: 500, code: 'internal', touched: ['catalogue.performance'] });
});
