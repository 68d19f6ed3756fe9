import type { SeatMap } from '../contracts/catalogue.ts';
import { DEFAULT_ROOM_SETTINGS } from '../contracts/room-settings.ts';
import { connectDatabase, connectSearch, type Sql, toDrizzle } from '../db/connect.ts';
import { addEvent, addPerformance, addRoom, addSeatMap, addVenue } from '../db/queries/add-catalogue.ts';
import { startTestPostgres, startTestRedis } from '../local-stack/test-stack.ts';
import { systemClock } from '../platform/clock.ts';
import { createLogger } from '../platform/log.ts';
import { newTicketId } from '../platform/random.ts';
import { connectRedis, createNodeScriptClient } from '../redis/client.node.ts';
import { accessKey, roomKeys } from '../redis/keys.ts';
import { signAccessPass } from '../tokens/access-pass.sign.ts';
import { generateOkpKeySet } from '../tokens/generate-keys.ts';
import { ed25519SigningKey, localKeys } from '../tokens/key-set.ts';
import { createCodeBox } from './accounts/code-box.fixture.ts';
import { createApp } from './app.ts';
import { createCatalogue, createCatalogueMemory } from './catalogue/catalogue.ts';
import { createCommits } from './commits/commits.ts';
import { createPostgresClock } from './commits/postgres-clock.ts';
import type { CoreDeps } from './deps.ts';
import type { CoreApp } from './http/context.ts';
import { createRequestMeter } from './health/request-meter.ts';
import { createInventory } from './inventory/inventory.ts';
import { createCoreKeys } from './keys.ts';
import { NO_MAILER } from './mail/mailer.ts';
import { createRevokedOperators } from './operator/revoked-operators.ts';
import { configuredProviders } from './payments/configured-providers.ts';

export const ORIGIN = 'http://127.0.0.1:8787';
const HOUR = 3_600_000;

/** Core's app on a Postgres and a Redis of its own, with one room let open and a way in. */
export type CoreWorld = {
  app: CoreApp;
  deps: CoreDeps;
  sql: Sql;
  /** Lets a new visitor into a room: their ticket id and a pass. */
  admit(room?: string, sessionMs?: number, identity?: string): Promise<{ ticketId: string; pass: string }>;
  /** A pass without any access key behind it. */
  pass(room: string, ticketId: string, sessionMs?: number, identity?: string): Promise<string>;
  /** Gives a room an epoch and settings in Redis, as the admission worker does. */
  openRoom(room: string, epoch?: number): Promise<void>;
  /** POSTs JSON; a key is made up unless given. */
  post(path: string, token: string | null, body: unknown, key?: string | null): Promise<Response>;
  get(path: string, token?: string): Promise<Response>;
  close(): Promise<void>;
};

const seats = (count: number, prefix: string) =>
  Array.from({ length: count }, (_, i) => ({ id: `${prefix}${i + 1}`, name: String(i + 1), x: i, y: 0 }));
const HALL: SeatMap = {
  zones: [
    { id: 'stalls', rows: [{ name: 'A', seats: seats(50, 'a-') }] },
    { id: 'standing', rows: [] },
  ],
};
const TRAIN: SeatMap = { zones: [{ id: 'sleeper', rows: [{ name: 'S1', seats: seats(8, 's1-') }] }] };
const startsAt = '2030-05-01T18:00:00.000Z';

/** Starts it all. `close` when done. */
export async function openCore(): Promise<CoreWorld> {
  const [postgres, redisServer] = await Promise.all([startTestPostgres(), startTestRedis()]);
  const { url } = await postgres.createDatabase();
  const sql = connectDatabase(url, { max: 10 });
  const plain = connectDatabase(url, { max: 2 });
  const searchSql = connectSearch(url, { max: 2 });
  await sql.begin(async (tx) => {
    for (const room of ['demo', 'other']) await addRoom(tx, room, { ...DEFAULT_ROOM_SETTINGS, name: room }, 'seed');
    await addVenue(tx, { id: 'hall', name: 'Hall', city: 'London', country: 'GB', timeZone: 'Europe/London' });
    await addSeatMap(tx, 'hall', HALL);
    await addSeatMap(tx, 'train', TRAIN);
    await addEvent(tx, { id: 'concert', kind: 'event', name: 'Concert', venueId: 'hall' });
    await addEvent(tx, { id: 'train', kind: 'train', name: 'Train', venueId: null });
    const common = { startsAt, timeZone: 'Europe/London', currency: 'GBP', status: 'on_sale' as const };
    const zone = (id: string, kind: 'reserved' | 'general', capacity: number, priceMinor: number) => ({
      id,
      name: id,
      kind,
      capacity,
      priceMinor,
    });
    const hall = { ...common, eventId: 'concert', room: 'demo', seatMapId: 'hall', legCount: 1, stops: [] };
    await addPerformance(tx, {
      ...hall,
      id: 'concert-1',
      zones: [zone('stalls', 'reserved', 50, 4500), zone('standing', 'general', 20, 1200)],
    });
    const stops = ['BCT', 'BRC', 'KOTA', 'NDLS'].map((code) => ({
      code,
      name: code,
      arrivesAt: null,
      departsAt: null,
    }));
    const run = { ...common, eventId: 'train', room: 'other', seatMapId: 'train', legCount: 3, stops };
    await addPerformance(tx, { ...run, id: 'train-1', zones: [zone('sleeper', 'reserved', 8, 900)] });
  });

  const redis = connectRedis(redisServer.url, { commandTimeoutMs: 3000 });
  await redis.connect();
  const edgeKeys = await generateOkpKeySet();
  const edgeKey = await ed25519SigningKey(edgeKeys);
  const config = {
    databaseUrl: url,
    redisUrl: redisServer.url,
    origin: ORIGIN,
    feedUrl: 'ws://127.0.0.1:9',
    coreSecret: 'a secret for the tests',
    edgeJwksUrl: 'http://127.0.0.1:9/jwks.json',
    coreKeys: await generateOkpKeySet(),
    operatorKeys: await generateOkpKeySet(),
    payments: {
      current: 'sandbox' as const,
      sandbox: { url: 'http://127.0.0.1:9', webhookSecret: 'whsec_dGVzdHRlc3R0ZXN0dGVzdHRlc3R0ZXN0' },
      stripe: null,
    },
    webhookPrivateHosts: ['127.0.0.1'],
    smtp: null,
    mailFrom: 'Onsale <tickets@example.org>',
    push: null,
    oidc: null,
    host: '127.0.0.1',
    port: 0,
  };
  const log = createLogger('core', 'silent');
  const scripts = createNodeScriptClient(redis);
  const clock = systemClock;
  const memory = createCatalogueMemory();
  const deps: CoreDeps = {
    config,
    clock,
    log,
    keys: await createCoreKeys(config, localKeys(edgeKeys)),
    sql,
    db: toDrizzle(plain),
    browseSql: sql,
    browseDb: toDrizzle(plain),
    searchSql,
    scripts,
    redis,
    catalogue: createCatalogue(toDrizzle(plain), clock, memory),
    browseCatalogue: createCatalogue(toDrizzle(plain), clock, memory),
    inventory: createInventory({ scripts, redis, sql, browseSql: sql, log, clock }),
    payments: configuredProviders(config.payments),
    mailer: NO_MAILER,
    push: null,
    wake: () => {},
    commits: createCommits({ bookings: sql, events: sql, jobs: sql }),
    postgresClock: createPostgresClock(sql, systemClock),
    meter: createRequestMeter(systemClock),
    revokedOperators: createRevokedOperators(sql, systemClock),
    codeMailer: createCodeBox(),
  };
  const app = createApp(deps);
  const pass = (room: string, ticketId: string, sessionMs = HOUR, identity?: string) =>
    signAccessPass(edgeKey, {
      issuer: ORIGIN,
      room,
      ticketId,
      lane: 'general',
      ...(identity === undefined ? {} : { identity }),
      sessionEndsAtMs: clock.nowMs() + sessionMs,
      nowMs: clock.nowMs(),
    });
  let keys = 0;
  const world: CoreWorld = {
    app,
    deps,
    sql,
    pass,
    async admit(room = 'demo', sessionMs = HOUR, identity?: string) {
      const ticketId = newTicketId();
      await redis.set(accessKey(room, ticketId), `${clock.nowMs() + sessionMs} session`);
      return { ticketId, pass: await pass(room, ticketId, sessionMs, identity) };
    },
    async openRoom(room, epoch = 1) {
      await redis.hset(roomKeys(room).config, 'holdLimit', 6);
      await redis.hset(roomKeys(room).state, 'epoch', epoch);
    },
    async post(path, token, body, key) {
      keys += 1;
      const headers = new Headers({ 'content-type': 'application/json' });
      if (token !== null) headers.set('authorization', `Bearer ${token}`);
      if (key !== null) headers.set('idempotency-key', key ?? `key-${keys}`);
      return app.request(path, {
        method: 'POST',
        headers,
        body: typeof body === 'string' ? body : JSON.stringify(body),
      });
    },
    get: async (path, token) =>
      app.request(path, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }),
    async close() {
      redis.disconnect();
      await Promise.all([sql.end(), plain.end(), searchSql.end()]);
      await Promise.all([postgres.stop(), redisServer.stop()]);
    },
  };
  await world.openRoom('demo');
  await world.openRoom('other');
  return world;
}
