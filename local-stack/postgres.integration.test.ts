import { spawn } from 'node:child_process';
import { chmod, chown, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startPostgres } from './postgres.ts';
import type { RunningPostgres } from './postgres.ts';
import { portAnswers } from './process/free-port.ts';

const isRoot = process.getuid?.() === 0;
const NOBODY = 65_534;

describe('embedded Postgres', () => {
  let folder = '';
  let running: RunningPostgres | undefined;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'onsale-postgres-test-'));
  });

  afterEach(async () => {
    await running?.stop();
    const moved = running?.note?.replace('data in ', '');
    if (moved !== undefined) await rm(moved, { recursive: true, force: true });
    await rm(folder, { recursive: true, force: true });
    running = undefined;
  });

  const start = async (dataFolder = join(folder, 'data')): Promise<RunningPostgres> => {
    running = await startPostgres({ dataFolder, logFile: join(folder, 'postgres.log'), durable: true });
    return running;
  };

  it('keeps its data over a stop, and over a SIGKILL', async () => {
    const first = await start();
    await remember(first, 'before the stop');
    await first.stop();
    expect(await portAnswers(first.port)).toBe(false);
    const second = await start();
    await remember(second, 'before the kill');
    second.child.signalGroup('SIGKILL');
    await second.child.exited;
    expect(await recall(await start())).toEqual(['before the stop', 'before the kill']);
  });

  it('starts although the pid of its last run belongs to another program now', async () => {
    const first = await start();
    await remember(first, 'kept');
    await first.stop();
    const other = spawn('sleep', ['60'], { stdio: 'ignore' });
    await writeFile(join(folder, 'data', 'cluster', 'postmaster.pid'), `${other.pid ?? 0}\n`);
    expect(await recall(await start())).toEqual(['kept']);
    expect(other.exitCode).toBeNull();
    other.kill();
  });

  it('stops the server that a killed supervisor left on the same data, and goes on with it', async () => {
    const left = await start();
    await remember(left, 'kept');
    expect(await recall(await start())).toEqual(['kept']);
    expect(left.child.hasExited()).toBe(true);
  });

  it('starts over when making the data folder was cut off in the middle', async () => {
    await mkdir(join(folder, 'data', 'cluster.initdb'), { recursive: true });
    await writeFile(join(folder, 'data', 'cluster.initdb', 'PG_VERSION'), '18\n');
    await remember(await start(), 'works');
  });

  it.runIf(isRoot)('runs under a folder that only root can enter', async () => {
    await chmod(folder, 0o700);
    expect((await start()).note).toBeUndefined();
  });

  it.runIf(isRoot).each([
    ['that nobody may enter', (path: string) => chmod(path, 0o000)],
    ['of another user', async (path: string) => chown(path, NOBODY, NOBODY)],
  ])('finds its data again under a folder %s', async (_, hinder) => {
    await hinder(folder);
    const first = await start();
    await remember(first, 'kept');
    expect(first.note).toMatch(/^data in \/var\/tmp\/onsale-postgres-/);
    await first.stop();
    expect(await recall(await start())).toEqual(['kept']);
  });

  it.runIf(isRoot)('takes its data along when its folder becomes unreachable', async () => {
    const first = await start();
    await remember(first, 'kept');
    await first.stop();
    await chmod(folder, 0o000);
    expect(await recall(await start())).toEqual(['kept']);
    expect(await readdir(join(folder, 'data'))).toEqual(['elsewhere']);
  });

  it.runIf(isRoot)('runs under another account where user namespaces are refused', async () => {
    const path = process.env['PATH'] ?? '';
    await writeFile(join(folder, 'unshare'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    process.env['PATH'] = `${folder}:${path}`;
    try {
      await chmod(folder, 0o755);
      const first = await start();
      await remember(first, 'kept');
      expect(await readFile(`/proc/${first.child.pid}/status`, 'utf8')).not.toMatch(/^Uid:\t0/m);
      await first.stop();
      // And back again, as after a change of the kernel's settings.
      process.env['PATH'] = path;
      expect(await recall(await start())).toEqual(['kept']);
    } finally {
      process.env['PATH'] = path;
    }
  });
});

async function remember(server: RunningPostgres, word: string): Promise<void> {
  const sql = postgres(server.url, { max: 1, onnotice: () => {} });
  await sql`create table if not exists words (id serial, word text)`;
  await sql`insert into words (word) values (${word})`;
  await sql.end();
}

async function recall(server: RunningPostgres): Promise<string[]> {
  const sql = postgres(server.url, { max: 1, onnotice: () => {} });
  const rows = await sql<{ word: string }[]>`select word from words order by id`;
  await sql.end();
  return rows.map(({ word }) => word);
}
