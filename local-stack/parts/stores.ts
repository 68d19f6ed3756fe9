import { join } from 'node:path';
import { Redis } from 'ioredis';
import postgres from 'postgres';
import { migrate } from '../../db/migrate.ts';
import { startPostgres } from '../postgres.ts';
import { startRedis } from '../redis.ts';
import { StackError } from '../stack-error.ts';
import type { Part } from '../supervisor/part.ts';
import type { StackSettings } from './settings.ts';

/** Addresses of the stores; empty until their parts have started. */
export type StoreAddresses = { databaseUrl: string; redisUrl: string };

const CONNECT_TIMEOUT_SECONDS = 5;

/** Postgres: the embedded one, or the one of DATABASE_URL. */
export function postgresPart({ dataFolder, external }: StackSettings, addresses: StoreAddresses): Part {
  return {
    name: 'postgres',
    needs: [],
    stopSignal: 'SIGINT',
    start: async ({ spawn, logFile }) => {
      if (external.databaseUrl !== undefined) {
        await checkDatabase(external.databaseUrl);
        addresses.databaseUrl = external.databaseUrl;
        return { address: withoutPassword(external.databaseUrl), note: 'from DATABASE_URL' };
      }
      const server = await startPostgres({ dataFolder: join(dataFolder, 'postgres'), logFile, spawn });
      addresses.databaseUrl = server.url;
      const note = server.note === undefined ? {} : { note: server.note };
      return { address: server.url, child: server.child, stop: server.stop, ...note };
    },
  };
}

/** Redis: the embedded one, or the one of REDIS_URL. */
export function redisPart({ dataFolder, external }: StackSettings, addresses: StoreAddresses): Part {
  return {
    name: 'redis',
    needs: [],
    start: async ({ spawn, logFile, say }) => {
      if (external.redisUrl !== undefined) {
        await checkRedis(external.redisUrl);
        addresses.redisUrl = external.redisUrl;
        return { address: withoutPassword(external.redisUrl), note: 'from REDIS_URL' };
      }
      const server = await startRedis({ dataFolder: join(dataFolder, 'redis'), logFile, spawn, say });
      addresses.redisUrl = server.url;
      return { address: server.url, child: server.child, stop: server.stop };
    },
  };
}

/** Brings the database up to date. */
export function migrationsPart({ root }: StackSettings, addresses: StoreAddresses): Part {
  return {
    name: 'migrations',
    needs: ['postgres'],
    start: async () => {
      const applied = await migrate(addresses.databaseUrl, join(root, 'db', 'migrations'));
      return { note: applied.length === 0 ? 'up to date' : `applied ${applied.join(', ')}` };
    },
  };
}

async function checkDatabase(url: string): Promise<void> {
  const sql = postgres(url, { max: 1, connect_timeout: CONNECT_TIMEOUT_SECONDS, onnotice: () => {} });
  try {
    await sql`select 1`;
  } catch (cause) {
    throw unreachable('The Postgres of DATABASE_URL', withoutPassword(url), cause, 'DATABASE_URL');
  } finally {
    await sql.end({ timeout: 1 });
  }
}

async function checkRedis(url: string): Promise<void> {
  const redis = new Redis(url, {
    lazyConnect: true,
    retryStrategy: () => null,
    connectTimeout: CONNECT_TIMEOUT_SECONDS * 1_000,
  });
  // The rejection of `connect` says only that the connection is closed; the event says why.
  let reason: unknown;
  redis.on('error', (error: unknown) => {
    reason = error;
  });
  try {
    await redis.connect();
    await redis.ping();
  } catch (cause) {
    throw unreachable('The Redis of REDIS_URL', withoutPassword(url), reason ?? cause, 'REDIS_URL');
  } finally {
    redis.disconnect();
  }
}

function unreachable(what: string, address: string, cause: unknown, variable: string): StackError {
  const why = cause instanceof Error && cause.message !== '' ? cause.message : String(cause);
  return new StackError(`${what} (${address}) does not answer: ${why}`, {
    fix: `Start it, correct ${variable}, or unset it to use the embedded one.`,
    cause,
  });
}

function withoutPassword(address: string): string {
  if (!URL.canParse(address)) return 'an address that can’t be read';
  const url = new URL(address);
  if (url.password !== '') url.password = '***';
  return url.href;
}
