import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { migrate } from '../../db/migrate.ts';
import { startPostgres, type RunningPostgres } from '../../local-stack/postgres.ts';
import { startRedis, type RunningRedis } from '../../local-stack/redis.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';

/** A Postgres and a Redis of the storm's own, behind addresses that stay when a server comes back on another port. */
export type Stores = {
  postgresUrl: string;
  redisUrl: string;
  /** Stops Postgres as a crash would (`-m immediate`) and starts it again on its data. */
  crashPostgres(): Promise<void>;
  /** Kills Redis and starts it again with what it saved last, or empty. */
  killRedis(): Promise<void>;
  signalRedis(signal: 'SIGSTOP' | 'SIGCONT'): void;
  redis(...command: [string, ...string[]]): Promise<unknown>;
  stop(): Promise<void>;
};

/** Starts both. Postgres is durable: what a crash loses here, a crash loses. */
export async function startStores(): Promise<Stores> {
  const folder = await mkdtemp(join(tmpdir(), 'onsale-storm-'));
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
      await rm(folder, { recursive: true, force: true });
    },
  };
}
