import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import type { HeldItem, OperatorRole } from '../contracts/token-claims.ts';
import { connectDatabase, connectSearch, toDrizzle, type Sql } from '../db/connect.ts';
import { startTestPostgres, startTestRedis, type TestPostgres, type TestRedis } from '../local-stack/test-stack.ts';
import { systemClock } from '../platform/clock.ts';
import { newId } from '../platform/id.ts';
import { createLogger } from '../platform/log.ts';
import { newTicketId } from '../platform/random.ts';
import { connectRedis, createNodeScriptClient } from '../redis/client.node.ts';
import { beginLoad, finishLoad } from '../redis/inventory/load-inventory.ts';
import { placeHold } from '../redis/inventory/place-hold.ts';
import { accessKey, roomKeys } from '../redis/keys.ts';
import { generateOkpKeySet } from '../tokens/generate-keys.ts';
import { signAccessPass } from '../tokens/access-pass.sign.ts';
import { signHoldReceipt } from '../tokens/hold-receipt.sign.ts';
import { ed25519SigningKey, localKeys } from '../tokens/key-set.ts';
import { signOperatorToken } from '../tokens/operator-token.sign.ts';
import { createCodeBox, type CodeBox } from './accounts/code-box.fixture.ts';
import { createListener } from './app.ts';
import { createCatalogue, createCatalogueMemory } from './catalogue/catalogue.ts';
import { createCommits } from './commits/commits.ts';
import { createPostgresClock } from './commits/postgres-clock.ts';
import { ROOM, SEAT_MINOR, seedCatalogue, SHOW, STANDING_MINOR } from './core-world-catalogue.fixture.ts';
import type { CoreDeps } from './deps.ts';
import { createRequestMeter } from './health/request-meter.ts';
import { EmptyAwareResponse } from '../platform/empty-answer.node.ts';
import { createInventory } from './inventory/inventory.ts';
import { toLayout, toPlaces } from './inventory/places.ts';
import { runExpiry } from './jobs/run-expiry.ts';
import { runInbox } from './jobs/run-inbox.ts';
import { runInventoryOutbox, runPaymentOutbox } from './jobs/run-outbox.ts';
import { createCoreKeys } from './keys.ts';
import { NO_MAILER } from './mail/mailer.ts';
import { generatePushKeys } from './push/push-keys.ts';
import { createPushSender } from './push/push-sender.ts';
import { createRevokedOperators } from './operator/revoked-operators.ts';
import { createProviders } from './payments/provider.ts';
import { startProvider, type ProviderName } from './provider-world.fixture.ts';

export { ROOM, SHOW } from './core-world-catalogue.fixture.ts';
export const ORIGIN = 'http://127.0.0.1:9';

/** What a test answers with: the status, the JSON body, and the headers. */
export type Reply = { status: number; body: Record<string, unknown>; headers: Headers };
export type Held = { receipt: string; holdId: string; owner: string };

/** Core over real stores and a provider that runs beside it, its jobs run by hand so that tests decide the order of things. */
export type CoreWorld = {
  deps: CoreDeps;
  sql: Sql;
  coreUrl: string;
  sandboxUrl: string;
  holdSeats(seats: string[], owner?: string): Promise<Held>;
  holdStanding(quantity: number, owner?: string): Promise<Held>;
  /** `POST holds` as an admitted visitor sends it, somebody new each time. */
  askHold(items: object[], allocationCode?: string): Promise<Reply>;
  /** A receipt for something that the inventory knows nothing about: a rival that only Postgres can refuse. */
  forgeHold(items: HeldItem[], options?: { owner?: string; expiresAtMs?: number }): Promise<Held>;
  call(
    method: string,
    path: string,
    options?: { token?: string; key?: string; body?: unknown; headers?: Record<string, string> },
  ): Promise<Reply>;
  book(held: Held, key?: string): Promise<Reply>;
  /** Opens a checkout address as a browser would; returns where it leads. */
  openCheckout(checkoutUrl: unknown): Promise<Response>;
  sandbox(method: string, path: string, body?: unknown): Promise<Reply>;
  /** Posts a provider event with a good signature; returns the answer's status. */
  tell(type: string, data: object, eventId?: string): Promise<number>;
  /** Lets the inventory in Redis believe that everything is free. */
  forgetClaims(): Promise<void>;
  operatorToken(role: OperatorRole): Promise<string>;
  /** Where sign-in codes end up. */
  codeBox: CodeBox;
  /** Runs the inbox, the expiries and the outbox until nothing is due. */
  drain(): Promise<void>;
  /** Waits until so many webhook events are in the inbox, then drains. */
  settle(events: number): Promise<void>;
  close(): Promise<void>;
};

/** `standing`: places of the standing zone, five unless told otherwise; `provider`: who takes payments, the sandbox unless told otherwise. */
type WorldOptions = { standing?: number; provider?: ProviderName; oidc?: CoreDeps['config']['oidc'] };

/** A core world on a Postgres and a Redis of its own, which stop with it. */
export async function startCoreWorld(options: WorldOptions = {}): Promise<CoreWorld> {
  const [postgres, redis] = await Promise.all([startTestPostgres(), startTestRedis()]);
  const world = await openCoreWorld(postgres, redis, options);
  const closeWorld = world.close.bind(world);
  const close = async () => {
    await closeWorld();
    await Promise.all([redis.stop(), postgres.stop()]);
  };
  return Object.assign(world, { close });
}

/** Builds the world on servers of the test file. `databaseUrl` names its own database. */
export async function openCoreWorld(
  postgres: TestPostgres,
  redis: TestRedis,
  { standing = 5, provider: providerName = 'sandbox', oidc = null }: WorldOptions = {},
): Promise<CoreWorld> {
  const database = await postgres.createDatabase();
  const sql = connectDatabase(database.url, { max: 12 });
  const plain = connectDatabase(database.url, { max: 2 });
  const searchSql = connectSearch(database.url, { max: 2 });
  const client = connectRedis(redis.url, { commandTimeoutMs: 5000 });
  await client.connect();
  const scripts = createNodeScriptClient(client);
  const log = createLogger('core', 'silent');
  const [coreKeys, operatorKeys] = [await generateOkpKeySet(), await generateOkpKeySet()];
  const folder = await mkdtemp(join(tmpdir(), 'onsale-core-world-'));

  // The provider wants core's address and core the provider's: requests that come too early are turned away.
  const late: { listener?: RequestListener } = {};
  const { server, coreUrl } = await listen((request, answer) => {
    if (late.listener === undefined) answer.writeHead(503).end();
    else late.listener(request, answer);
  });
  const payments = await startProvider(providerName, { folder, coreUrl, log });
  const config = {
    databaseUrl: database.url,
    redisUrl: redis.url,
    origin: ORIGIN,
    feedUrl: 'ws://127.0.0.1:9',
    coreSecret: 'x'.repeat(16),
    edgeJwksUrl: ORIGIN,
    coreKeys,
    operatorKeys,
    payments: payments.settings,
    webhookPrivateHosts: ['127.0.0.1'],
    smtp: null,
    mailFrom: 'Onsale <tickets@example.org>',
    push: { keys: generatePushKeys(), contact: 'mailto:box@example.org', privateHosts: ['127.0.0.1'] },
    oidc,
    host: '127.0.0.1',
    port: 0,
  };
  const catalogue = createCatalogue(toDrizzle(plain), systemClock, createCatalogueMemory());
  const codeBox = createCodeBox();
  const deps: CoreDeps = {
    config,
    clock: systemClock,
    log,
    sql,
    db: toDrizzle(plain),
    browseSql: sql,
    browseDb: toDrizzle(plain),
    searchSql,
    scripts,
    redis: client,
    catalogue,
    browseCatalogue: catalogue,
    keys: await createCoreKeys(config, localKeys(coreKeys)),
    inventory: createInventory({ scripts, redis: client, sql, browseSql: sql, log, clock: systemClock }),
    payments: createProviders(payments.provider),
    mailer: NO_MAILER,
    push: createPushSender(config.push),
    wake: () => {},
    commits: createCommits({ bookings: sql, events: sql, jobs: sql }),
    postgresClock: createPostgresClock(sql, systemClock),
    meter: createRequestMeter(systemClock),
    revokedOperators: createRevokedOperators(sql, systemClock),
    codeMailer: codeBox,
  };
  late.listener = createListener(deps);
  await seedCatalogue(sql, standing);
  const performance = await deps.catalogue.performance(SHOW);
  if (performance === null) throw new Error('the performance was not seeded');
  const layOut = async () => {
    await client.hset(roomKeys(ROOM).state, 'epoch', 1);
    await client.hset(roomKeys(ROOM).config, 'holdLimit', 50);
    const load = { room: ROOM, performanceId: SHOW, token: newId() };
    await beginLoad(scripts, {
      ...load,
      seats: performance.seats.seatCount,
      legs: 1,
      layout: toLayout(performance),
      rows: performance.seats.rows,
    });
    await finishLoad(scripts, load);
  };
  await layOut();

  const sign = async (
    owner: string,
    holdId: string,
    items: HeldItem[],
    fence: string,
    expiresAtMs: number,
  ): Promise<Held> => {
    const nowMs = systemClock.nowMs();
    const hold = { issuer: ORIGIN, owner, room: ROOM, holdId, performanceId: SHOW, items, fence, expiresAtMs, nowMs };
    const receipt = await signHoldReceipt(deps.keys.signing, { ...hold, legs: [0, 1], maxExpiresAtMs: expiresAtMs });
    return { receipt, holdId, owner };
  };
  const hold = async (items: HeldItem[], owner = newTicketId()): Promise<Held> => {
    await client.set(accessKey(ROOM, owner), `${systemClock.nowMs() + 3_600_000} session`);
    const wish = {
      room: ROOM,
      performanceId: SHOW,
      holdId: newId(),
      owner,
      places: toPlaces(performance, items, [0, 1]),
      idempotencyKey: newId(),
      bodyHash: '',
    };
    const placed = await placeHold(scripts, wish);
    if (placed.outcome !== 'placed') throw new Error(`no hold: ${JSON.stringify(placed)}`);
    return sign(owner, placed.hold.holdId, items, placed.hold.fence, placed.hold.expiresAtMs);
  };

  const world: CoreWorld = {
    deps,
    sql,
    coreUrl,
    sandboxUrl: payments.service.url,
    codeBox,
    holdSeats: (seats, owner) => hold(seats.map(toSeatItem), owner),
    holdStanding: (quantity, owner) => hold([{ zoneId: 'standing', quantity, priceMinor: STANDING_MINOR }], owner),
    async askHold(items, allocationCode) {
      const [ticketId, nowMs] = [newTicketId(), systemClock.nowMs()];
      const sessionEndsAtMs = nowMs + 3_600_000;
      await client.set(accessKey(ROOM, ticketId), `${sessionEndsAtMs} session`);
      const pass = { issuer: ORIGIN, room: ROOM, ticketId, lane: 'general', sessionEndsAtMs, nowMs };
      const passToken = await signAccessPass(await ed25519SigningKey(coreKeys), pass);
      const code = allocationCode === undefined ? {} : { allocationCode };
      const body = { performanceId: SHOW, items, ...code };
      return world.call('POST', '/v1/holds', { token: passToken, key: newId(), body });
    },
    forgeHold: (items, { owner = newTicketId(), expiresAtMs = systemClock.nowMs() + 600_000 } = {}) =>
      sign(owner, newId(), items, '1.1', expiresAtMs),
    async call(method, path, { token, key, body, headers = {} } = {}) {
      const init = {
        method,
        redirect: 'manual' as const,
        headers: {
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(key === undefined ? {} : { 'idempotency-key': key }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      };
      return toReply(await fetch(`${coreUrl}${path}`, init));
    },
    book: (held, key = newId()) =>
      world.call('POST', '/v1/bookings', { key, body: { receipt: held.receipt, buyer: BUYER } }),
    openCheckout: (checkoutUrl) =>
      fetch(String(checkoutUrl).replace(`${ORIGIN}/api/core`, coreUrl), { redirect: 'manual' }),
    sandbox: async (method, path, body) =>
      toReply(
        await fetch(`${payments.service.url}${path}`, {
          method,
          headers: { 'content-type': 'application/json', 'idempotency-key': newId() },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        }),
      ),
    async tell(type, data, eventId = newId()) {
      const { body, headers } = payments.sign(type, data, eventId);
      return (await world.call('POST', `/v1/payments/webhooks/${providerName}`, { body, headers })).status;
    },
    async forgetClaims() {
      await client.flushall();
      await layOut();
    },
    operatorToken: async (role) =>
      signOperatorToken(await ed25519SigningKey(operatorKeys), {
        issuer: ORIGIN,
        operator: 'ada',
        role,
        ttlSeconds: 600,
        nowMs: systemClock.nowMs(),
      }),
    async drain() {
      const turns = [runInbox, runExpiry, runInventoryOutbox, runPaymentOutbox];
      for (let taken = 1; taken > 0;) {
        taken = 0;
        for (const run of turns) taken += await run(deps);
      }
    },
    async settle(events) {
      for (let tries = 0; tries < 200; tries += 1) {
        const [row] = await sql<{ count: number }[]>`SELECT count(*)::int AS count FROM webhook_inbox`;
        if ((row?.count ?? 0) >= events) return world.drain();
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      throw new Error(`fewer than ${events} webhook events came`);
    },
    async close() {
      await payments.service.stop();
      await new Promise((resolve) => server.close(resolve));
      client.disconnect();
      await Promise.all([sql.end({ timeout: 1 }), plain.end({ timeout: 1 }), searchSql.end({ timeout: 1 })]);
      await rm(folder, { recursive: true, force: true });
    },
  };
  return world;
}

export const BUYER = { name: 'Ada Lovelace', email: 'ada@example.org' };
/** A reserved seat as a receipt names it. */
export const toSeatItem = (seatId: string): HeldItem => ({
  zoneId: 'stalls',
  seatId,
  quantity: 1,
  priceMinor: SEAT_MINOR,
});

const toReply = async (answer: Response): Promise<Reply> => {
  const text = await answer.text();
  const isJson = (answer.headers.get('content-type') ?? '').includes('json');
  return {
    status: answer.status,
    body: isJson ? v.parse(v.record(v.string(), v.unknown()), JSON.parse(text)) : { text },
    headers: answer.headers,
  };
};

function listen(listener: RequestListener): Promise<{ server: Server; coreUrl: string }> {
  return new Promise((resolve) => {
    const server = createServer({ ServerResponse: EmptyAwareResponse }, listener);
    server.listen(0, '127.0.0.1', () => {
      const address = v.parse(v.object({ port: v.number() }), server.address());
      resolve({ server, coreUrl: `http://127.0.0.1:${address.port}` });
    });
  });
}
