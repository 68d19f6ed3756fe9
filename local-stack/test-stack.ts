/**
 * Real Postgres and Redis for tests, quick to start (Redis 50 ms; Postgres 1 s, or 20 ms when the run's shared one is
 * there) and gone with the test process, however that ends.
 *
 *   let postgres: TestPostgres;
 *   let redis: TestRedis;
 *   beforeAll(async () => {
 *     postgres = await startTestPostgres();
 *     redis = await startTestRedis();
 *   });
 *   afterAll(async () => {
 *     await Promise.all([redis.stop(), postgres.stop()]);
 *   });
 *
 *   const { url } = await postgres.createDatabase(); // migrated, its own: tests of other files don't see it
 *   const empty = await postgres.createEmptyDatabase();
 *   redis.url; await redis.flush();
 *
 * `test-stack.global-setup.ts` (vitest `globalSetup`) starts one Postgres for the whole run, which
 * `startTestPostgres` then uses by itself; its `stop` drops only the databases it made.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import postgres from 'postgres';
import type { Sql } from 'postgres';
import { startPostgres } from './postgres.ts';
import { startRedis } from './redis.ts';

export type TestDatabase = { url: string; drop: () => Promise<void> };

export type TestPostgres = {
  /** The server's maintenance database; tests use databases of their own. */
  adminUrl: string;
  /** A new database with all migrations applied: a clone of a template that is migrated once per server. */
  createDatabase: () => Promise<TestDatabase>;
  createEmptyDatabase: () => Promise<TestDatabase>;
  /** Drops the databases made here; stops the server unless it is the run's shared one. */
  stop: () => Promise<void>;
};

export type TestRedis = {
  url: string;
  port: number;
  pid: number;
  flush: () => Promise<void>;
  stop: () => Promise<void>;
};

/** Set by the global setup: the maintenance URL of the run's shared server. */
export const SHARED_POSTGRES_VARIABLE = 'ONSALE_TEST_POSTGRES_URL';

const TEMPLATE = 'onsale_template';
const TEMPLATE_LOCK = 7_203_411;

/** A Postgres for this test file: the run's shared server, or one of its own. */
export async function startTestPostgres(): Promise<TestPostgres> {
  const shared = process.env[SHARED_POSTGRES_VARIABLE];
  return shared === undefined ? startOwnTestPostgres() : testPostgresAt(shared, async () => {});
}

/** A Postgres server of its own in a temporary folder, without fsync. */
export async function startOwnTestPostgres(): Promise<TestPostgres> {
  const folder = await mkdtemp(join(tmpdir(), 'onsale-test-postgres-'));
  const server = await startPostgres({
    dataFolder: join(folder, 'data'),
    logFile: join(folder, 'postgres.log'),
    durable: false,
    database: 'postgres',
  });
  return testPostgresAt(server.url, async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });
}

/** A Redis of its own on a free port, without persistence. `settings` are further redis.conf words. */
export async function startTestRedis(
  options: { settings?: readonly (readonly [string, string])[] } = {},
): Promise<TestRedis> {
  const folder = await mkdtemp(join(tmpdir(), 'onsale-test-redis-'));
  const server = await startRedis({
    dataFolder: folder,
    logFile: join(folder, 'redis.log'),
    durable: false,
    ...options,
  });
  return {
    url: server.url,
    port: server.port,
    pid: server.child.pid,
    flush: async () => {
      const client = new Redis(server.url, { lazyConnect: true });
      await client.flushall();
      client.disconnect();
    },
    stop: async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function testPostgresAt(adminUrl: string, stopServer: () => Promise<void>): TestPostgres {
  const admin = postgres(adminUrl, { max: 2, onnotice: () => {} });
  const made = new Map<string, TestDatabase>();
  const create = async (template: string): Promise<TestDatabase> => {
    const name = `test_${randomBytes(8).toString('hex')}`;
    await admin`create database ${admin(name)} template ${admin(template)}`;
    const drop = async (): Promise<void> => {
      made.delete(name);
      await admin`drop database if exists ${admin(name)} with (force)`;
    };
    const database = { url: urlOf(adminUrl, name), drop };
    made.set(name, database);
    return database;
  };
  return {
    adminUrl,
    createDatabase: async () => {
      await ensureTemplate(admin, adminUrl);
      return create(TEMPLATE);
    },
    createEmptyDatabase: () => create('template0'),
    stop: async () => {
      await Promise.all([...made.values()].map((database) => database.drop()));
      await admin.end();
      await stopServer();
    },
  };
}

/** Test files run side by side; the first to come migrates, the others wait for it. */
async function ensureTemplate(admin: Sql, adminUrl: string): Promise<void> {
  const { migrate } = await import('../db/migrate.ts');
  const lock = await admin.reserve();
  try {
    await lock`select pg_advisory_lock(${TEMPLATE_LOCK})`;
    const found = await lock`select 1 from pg_database where datname = ${TEMPLATE}`;
    if (found.length > 0) return;
    const unfinished = `${TEMPLATE}_unfinished`;
    await lock`drop database if exists ${lock(unfinished)} with (force)`;
    await lock`create database ${lock(unfinished)} template template0`;
    await migrate(urlOf(adminUrl, unfinished));
    await lock`alter database ${lock(unfinished)} rename to ${lock(TEMPLATE)}`;
  } finally {
    await lock`select pg_advisory_unlock(${TEMPLATE_LOCK})`;
    lock.release();
  }
}

function urlOf(adminUrl: string, database: string): string {
  const url = new URL(adminUrl);
  url.pathname = `/${database}`;
  return url.href;
}
