import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { startPostgres, type RunningPostgres } from './postgres.ts';

/** A folder of a test's own, and an embedded Postgres whose data lies in it. */
export type PostgresFolder = {
  path: string;
  start(): Promise<RunningPostgres>;
  /** Stops what was started last, and takes everything away, also data that was put elsewhere. */
  remove(): Promise<void>;
};

/** Makes the folder; nothing runs in it yet. */
export async function openPostgresFolder(): Promise<PostgresFolder> {
  const path = await mkdtemp(join(tmpdir(), 'onsale-postgres-test-'));
  let running: RunningPostgres | undefined;
  return {
    path,
    async start() {
      const dataFolder = join(path, 'data');
      running = await startPostgres({ dataFolder, logFile: join(path, 'postgres.log'), durable: true });
      return running;
    },
    async remove() {
      await running?.stop();
      const moved = running?.note?.replace('data in ', '');
      if (moved !== undefined) await rm(moved, { recursive: true, force: true });
      await chmod(path, 0o700);
      await rm(path, { recursive: true, force: true });
    },
  };
}

/** Writes a word that `recall` reads. */
export async function remember(server: RunningPostgres, word: string): Promise<void> {
  const sql = postgres(server.url, { max: 1, onnotice: () => {} });
  await sql`create table if not exists words (id serial, word text)`;
  await sql`insert into words (word) values (${word})`;
  await sql.end();
}

/** Every word, in the order in which they were written. */
export async function recall(server: RunningPostgres): Promise<string[]> {
  const sql = postgres(server.url, { max: 1, onnotice: () => {} });
  const rows = await sql<{ word: string }[]>`select word from words order by id`;
  await sql.end();
  return rows.map(({ word }) => word);
}
