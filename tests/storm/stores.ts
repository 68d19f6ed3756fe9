import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { connectDatabase } from '../../db/connect.ts';
import { migrate } from '../../db/migrate.ts';
import { startPostgres, type RunningPostgres } from '../../local-stack/postgres.ts';
import { startRedis, type RunningRedis } from '../../local-stack/redis.ts';
import { mountSmallDisk, type SmallDisk } from '../support/small-disk.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';

/** How often a Postgres that recovers is asked, ms. */
const LOOK_EVERY_MS = 50;
/** Megabytes of log written at a time, and in all at most: more than the disk has. */
const LOG_MB = 1;
const MOST_LOG_MB = 1024;

/** A Postgres and a Redis of the storm's own, behind addresses that stay when a server comes back on another port. */
export type Stores = {
  postgresUrl: string;
  redisUrl: string;
  /** Stops Postgres as a crash would (`-m immediate`) and starts it again on its data. */
  crashPostgres(): Promise<void>;
  /** Fills the disk of Postgres to the last byte. Only where the stores were started on a small disk. */
  fillDisk(): Promise<void>;
  /** Has Postgres write until its log finds no room, which brings it down. */
  exhaustLog(): Promise<void>;
  /** Frees the disk again, and starts Postgres anew where it gave up, as a service manager does; resolves when it answers. */
  freeDisk(): Promise<void>;
  /** Kills Redis and starts it again with what it saved last, or empty. */
  killRedis(): Promise<void>;
  signalRedis(signal: 'SIGSTOP' | 'SIGCONT'): void;
  redis(...command: [string, ...string[]]): Promise<unknown>;
  stop(): Promise<void>;
};

/** Starts both, Postgres on a small disk of its own where that is asked. It is durable: what a crash loses here, a crash loses. */
export async function startStores({ onSmallDisk = false } = {}): Promise<Stores> {
  const folder = await mkdtemp(join(tmpdir(), 'onsale-storm-'));
  const disk = onSmallDisk ? await mountSmallDisk(join(folder, 'postgres')) : null;
  const postgresOptions = { dataFolder: join(folder, 'postgres'), logFile: join(folder, 'postgres.log') };
  const redisOptions = { dataFolder: join(folder, 'redis'), logFile: join(folder, 'redis.log'), durable: false };
  let [postgres, redis]: [RunningPostgres, RunningRedis] = await Promise.all([
    startPostgres(postgresOptions),
    startRedis(redisOptions),
  ]);
  await migrate(postgres.url);
  const [toPostgres, toRedis] = await Promise.all([startTcpProxy(postgres.url), startTcpProxy(redis.url)]);
  const ask = async (...[name, ...words]: [string, ...string[]]): Promise<unknown> => {
    const client = new Redis(redis.url, { lazyConnect: true });
    // Whoever asked is told by the call itself.
    client.on('error', () => {});
    try {
      return await client.call(name, ...words);
    } finally {
      client.disconnect();
    }
  };
  return {
    postgresUrl: toPostgres.url,
    redisUrl: toRedis.url,
    async crashPostgres() {
      postgres.child.signal('SIGQUIT');
      await postgres.child.exited;
      postgres = await startPostgres(postgresOptions);
      toPostgres.aim(postgres.url);
    },
    fillDisk: () => mountedOr(disk).fill(),
    exhaustLog: () => writeUntilRefused(postgres.url),
    async freeDisk() {
      await mountedOr(disk).free();
      while (!(await answers(postgres.url))) {
        if (postgres.child.hasExited()) postgres = await startPostgres(postgresOptions);
        else await sleep(LOOK_EVERY_MS);
      }
      toPostgres.aim(postgres.url);
    },
    async killRedis() {
      redis.child.signal('SIGKILL');
      await redis.child.exited;
      redis = await startRedis(redisOptions);
      toRedis.aim(redis.url);
    },
    signalRedis: (signal) => void redis.child.signal(signal),
    redis: ask,
    async stop() {
      redis.child.signal('SIGCONT');
      await Promise.all([toPostgres.stop(), toRedis.stop()]);
      await Promise.all([postgres.stop(), redis.stop()]);
      await disk?.unmount();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function mountedOr(disk: SmallDisk | null): SmallDisk {
  if (disk === null) throw new Error('these stores were not started on a small disk');
  return disk;
}

async function answers(url: string): Promise<boolean> {
  const sql = connectDatabase(url, { max: 1 });
  try {
    await sql`SELECT 1`;
    return true;
  } catch {
    // Whatever it is: it is asked again.
    return false;
  } finally {
    await sql.end({ timeout: 1 });
  }
}

/** Records of the log belong to no table: they go on until the disk has no room for the log itself. */
async function writeUntilRefused(url: string): Promise<void> {
  const sql = connectDatabase(url, { max: 1 });
  const refused = { yes: false };
  try {
    for (let written = 0; written < MOST_LOG_MB && !refused.yes; written += LOG_MB)
      await sql`SELECT pg_logical_emit_message(true, 'storm', repeat('x', ${LOG_MB * 1_000_000}))`.catch(() => {
        refused.yes = true;
      });
  } finally {
    await sql.end({ timeout: 1 });
  }
  if (!refused.yes) throw new Error('the disk took the whole log');
}
