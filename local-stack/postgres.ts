import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import postgres from 'postgres';
import type { Child, SpawnChild } from './process/child.ts';
import { spawnChild } from './process/child.ts';
import { freePort } from './process/free-port.ts';
import { parentDeathPrefix } from './process/parent-death.ts';
import { SUPERUSER, clearLeftovers, ensureCluster, isReady } from './postgres/cluster.ts';
import { childEnvironment, findIdentity } from './postgres/identity.ts';
import type { Identity } from './postgres/identity.ts';
import { choosePlace } from './postgres/place.ts';
import type { Place } from './postgres/place.ts';
import { StackError } from './stack-error.ts';

export type RunningPostgres = {
  /** `postgres://…/onsale`; the database exists. */
  url: string;
  port: number;
  child: Child;
  /** What a reader should know about where it runs; undefined in the usual case. */
  note: string | undefined;
  stop: () => Promise<void>;
};

export type PostgresOptions = {
  /** Made when missing; the cluster's files lie inside, or elsewhere with a pointer here when it can't be reached. */
  dataFolder: string;
  logFile: string;
  /** False gives a faster server that loses data in a power cut; only for tests. */
  durable?: boolean;
  database?: string;
  spawn?: SpawnChild;
};

const START_TIMEOUT_MS = 60_000;
/** Fast shutdown writes a checkpoint; a busy disk may need this long. */
const STOP_GRACE_MS = 15_000;
const POLL_MS = 20;
const PORT_TRIES = 5;
const LEFTOVER_PAUSE_MS = 500;

const SETTINGS = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'max_connections=200',
  'shared_buffers=256MB',
  // Statements here are short; compiling them costs more than it saves.
  'jit=off',
  'log_min_messages=warning',
];
const FAST_SETTINGS = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off'];

/**
 * Starts the embedded Postgres on a free port of 127.0.0.1 and waits until it answers. The caller must be the only
 * user of `dataFolder`. Data outlives a SIGKILL of anything. Errors: StackError.
 */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const identity = await findIdentity();
  const place = await choosePlace(options.dataFolder, identity);
  const durable = options.durable ?? true;
  await ensureCluster(place, identity, { durable, logFile: options.logFile, spawn: options.spawn });
  await clearLeftovers(place.cluster);
  const { child, port } = await startServer(place, identity, options);
  const database = options.database ?? 'onsale';
  const url = `postgres://${SUPERUSER}@127.0.0.1:${port}/${database}`;
  await ensureDatabase(port, database);
  return {
    url,
    port,
    child,
    note: place.note,
    stop: async () => {
      // SIGINT is Postgres's fast shutdown: open transactions are rolled back and the data folder is left clean.
      await child.stop({ signal: 'SIGINT', graceMs: STOP_GRACE_MS });
    },
  };
}

async function startServer(
  place: Place,
  identity: Identity,
  options: PostgresOptions,
): Promise<{ child: Child; port: number }> {
  const until = Date.now() + START_TIMEOUT_MS;
  const settings = options.durable === false ? [...SETTINGS, ...FAST_SETTINGS] : SETTINGS;
  const prefix = [...identity.prefix, ...(await parentDeathPrefix('INT'))];
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    const line = [...prefix, join(place.binaries.home, 'bin', 'postgres'), '-D', place.cluster, '-p', String(port)];
    const [command = '', ...args] = [...line, ...settings.flatMap((setting) => ['-c', setting])];
    const child = (options.spawn ?? spawnChild)({
      command,
      args,
      cwd: '/',
      env: childEnvironment(),
      logFile: options.logFile,
      ...identity.switchTo,
    });
    if (await becomesReady(child, place.cluster, until)) return { child, port };
    await child.stop({ signal: 'SIGINT', graceMs: STOP_GRACE_MS });
    const lines = await child.lastLines(8);
    if (!(await worthAnotherTry(lines.join('\n'), attempt, until))) {
      throw new StackError(`Postgres did not start:\n${lines.join('\n')}`, {
        fix: `The whole log is ${options.logFile}. Another data folder (--data DIR) starts afresh.`,
      });
    }
  }
}

async function becomesReady(child: Child, cluster: string, until: number): Promise<boolean> {
  while (!child.hasExited() && Date.now() < until) {
    if (await isReady(cluster, child.pid)) return true;
    await pause(POLL_MS);
  }
  return false;
}

async function worthAnotherTry(log: string, attempt: number, until: number): Promise<boolean> {
  if (log.includes('could not bind') || log.includes('Address already in use')) return attempt < PORT_TRIES;
  // Backends of a killed server let go of its shared memory a moment later.
  if (!log.includes('pre-existing shared memory block') || Date.now() > until) return false;
  await pause(LEFTOVER_PAUSE_MS);
  return true;
}

async function ensureDatabase(port: number, database: string): Promise<void> {
  const sql = postgres({ host: '127.0.0.1', port, user: SUPERUSER, database: 'postgres', max: 1, onnotice: () => {} });
  try {
    const found = await sql`select 1 from pg_database where datname = ${database}`;
    if (found.length === 0) await sql`create database ${sql(database)}`;
  } finally {
    await sql.end();
  }
}
