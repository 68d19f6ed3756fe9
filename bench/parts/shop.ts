import { createServer } from 'node:http';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { connectDatabase, type Sql } from '../../db/connect.ts';
import { migrate } from '../../db/migrate.ts';
import { startPostgres } from '../../local-stack/postgres.ts';
import { startTestPostgres, startTestRedis } from '../../local-stack/test-stack.ts';
import { inventoryKeys, roomKeys } from '../../redis/keys.ts';
import { generateOkpKeySet } from '../../tokens/generate-keys.ts';
import { publicKeySet, type OkpKeySet } from '../../tokens/key-set.ts';
import { childrenOf } from '../measure/processor-time.ts';
import { startCore, type RunningCore } from './core.ts';
import { portOf } from './serve-part.ts';
import { addShow, SHOW } from './show.ts';

export const ROOM = 'bench';
export const STANDING = 'standing';
export const ORIGIN = 'http://shop.test';
export const WEBHOOK_SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
export const SEAT_MINOR = 5000;
export const STANDING_MINOR = 2000;
/** Zones over which seats are spread, as the blocks of a stadium; seat `s7` lies in `block-7`, `s27` too. */
export const ZONES = 20;
const SEATS_A_ROW = 50;
/** Long enough for any bench: nobody's session ends. */
const HOLD_LIMIT = 1_000_000;

/** What is sold, and the stores it is sold from: a Postgres with fsync and synchronous commit, and a Redis. */
export type Shop = {
  /** Signs access passes; its public half is what core and the patterns fetch. */
  passKeys: OkpKeySet;
  jwksUrl: string;
  redisUrl: string;
  redisPid: number;
  redis: Redis;
  /** Another database with the same performance, nothing sold. */
  database(): Promise<{ url: string; sql: Sql }>;
  /** The server's processes, with those that serve connections now. */
  postgresPids(): number[];
  /** Core on a database of its own, once its inventory is loaded. */
  core(settings?: { paymentsUrl?: string; port?: number }): Promise<RunningCore & { sql: Sql; databaseUrl: string }>;
  stop(): Promise<void>;
};

/** Starts it with one performance of so many seats, and a zone of so many standing places. `durable`: as a sale has it. */
export async function startShop(size: { seats: number; standing: number }, durable: boolean): Promise<Shop> {
  const [postgres, redisServer, passKeys] = await Promise.all([
    durable ? startDurable() : startQuick(),
    startTestRedis(),
    generateOkpKeySet(),
  ]);
  await seed(postgres.url, size);
  const redis = new Redis(redisServer.url);
  const keys = await publishKeys(passKeys);
  const pools: Sql[] = [];
  let made = 0;
  const database = async () => {
    made += 1;
    const url = new URL(postgres.url);
    const seeded = url.pathname.slice(1);
    const admin = connectDatabase(new URL('/postgres', url).href, { max: 1, statementTimeoutMs: 60_000 });
    await admin.unsafe(`CREATE DATABASE ${seeded}_${made} TEMPLATE ${seeded}`);
    await admin.end();
    url.pathname = `/${seeded}_${made}`;
    const sql = connectDatabase(url.href, { max: 2, statementTimeoutMs: 60_000 });
    pools.push(sql);
    return { url: url.href, sql };
  };
  return {
    passKeys,
    jwksUrl: keys.url,
    redisUrl: redisServer.url,
    redisPid: redisServer.pid,
    redis,
    database,
    postgresPids: () => postgres.pids(),
    async core({ paymentsUrl = 'http://127.0.0.1:9', port } = {}) {
      await redis.hset(roomKeys(ROOM).state, 'epoch', 1);
      await redis.hset(roomKeys(ROOM).config, 'holdLimit', HOLD_LIMIT);
      const { url: databaseUrl, sql } = await database();
      const core = await startCore({
        databaseUrl,
        redisUrl: redisServer.url,
        origin: ORIGIN,
        jwksUrl: keys.url,
        keys: await generateOkpKeySet(),
        paymentsUrl,
        webhookSecret: WEBHOOK_SECRET,
        ...(port === undefined ? {} : { port }),
      });
      while ((await redis.hget(inventoryKeys(ROOM, SHOW).meta, 'loaded')) !== '1') await sleep(20);
      return { ...core, sql, databaseUrl };
    },
    async stop() {
      redis.disconnect();
      keys.stop();
      await Promise.all(pools.map((pool) => pool.end({ timeout: 1 })));
      await Promise.all([postgres.stop(), redisServer.stop()]);
    },
  };
}

type Server = { url: string; pids(): number[]; stop(): Promise<void> };

async function startDurable(): Promise<Server> {
  const folder = await mkdtemp(join(tmpdir(), 'onsale-bench-shop-'));
  const server = await startPostgres({ dataFolder: join(folder, 'data'), logFile: join(folder, 'log'), durable: true });
  await migrate(server.url);
  const { pid } = server.child;
  return {
    url: server.url,
    pids: () => [pid, ...childrenOf(pid, 'postgres')],
    async stop() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The run's shared one, for smoke runs. */
async function startQuick(): Promise<Server> {
  const server = await startTestPostgres();
  return { url: (await server.createDatabase()).url, pids: () => [], stop: () => server.stop() };
}

/** Serves the public half, as the edge would. */
async function publishKeys(keys: OkpKeySet): Promise<{ url: string; stop(): void }> {
  const body = JSON.stringify(publicKeySet(keys));
  const server = createServer(
    (_request, answer) => void answer.setHeader('content-type', 'application/json').end(body),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${portOf(server.address())}/jwks.json`, stop: () => void server.close() };
}

async function seed(url: string, { seats, standing }: { seats: number; standing: number }): Promise<void> {
  const blocks = Array.from({ length: ZONES }, (_, zone) => seatsOf(zone, seats));
  const sql = connectDatabase(url, { max: 1, statementTimeoutMs: 60_000 });
  await addShow(sql, {
    room: ROOM,
    seatMap: { zones: blocks.map((block, zone) => ({ id: `block-${zone}`, rows: toRows(block) })) },
    zones: [
      ...blocks.map((block, zone) => ({
        id: `block-${zone}`,
        name: `Block ${zone}`,
        kind: 'reserved' as const,
        capacity: block.length,
        priceMinor: SEAT_MINOR,
      })),
      { id: STANDING, name: 'Standing', kind: 'general', capacity: standing, priceMinor: STANDING_MINOR },
    ],
  });
  await sql.end();
}

/** All seats in the order of the seat map. */
export const seatIds = (seats: number): string[] =>
  Array.from({ length: ZONES }, (_, zone) => seatsOf(zone, seats)).flat();

const seatsOf = (zone: number, seats: number): string[] =>
  Array.from({ length: Math.ceil((seats - zone) / ZONES) }, (_, i) => `s${zone + i * ZONES}`);

function toRows(ids: readonly string[]) {
  const rows = Array.from({ length: Math.ceil(ids.length / SEATS_A_ROW) }, (_, row) =>
    ids.slice(row * SEATS_A_ROW, (row + 1) * SEATS_A_ROW),
  );
  return rows.map((row, y) => ({
    name: String(y + 1),
    seats: row.map((id, x) => ({ id, name: String(x + 1), x, y })),
  }));
}
