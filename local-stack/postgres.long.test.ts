import { spawn } from 'node:child_process';
import { chmod, chown, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openPostgresFolder, recall, remember, type PostgresFolder } from './postgres.fixture.ts';

const isRoot = process.getuid?.() === 0;
const NOBODY = 65_534;

let folder: PostgresFolder;
beforeEach(async () => {
  folder = await openPostgresFolder();
});
afterEach(() => folder.remove());

describe('embedded Postgres', () => {
  it('starts although the pid of its last run belongs to another program now', async () => {
    const first = await folder.start();
    await remember(first, 'kept');
    await first.stop();
    const other = spawn('sleep', ['60'], { stdio: 'ignore' });
    await writeFile(join(folder.path, 'data', 'cluster', 'postmaster.pid'), `${other.pid ?? 0}\n`);
    expect(await recall(await folder.start())).toEqual(['kept']);
    expect(other.exitCode).toBeNull();
    other.kill();
  });

  it('starts over when making the data folder was cut off in the middle', async () => {
    await mkdir(join(folder.path, 'data', 'cluster.initdb'), { recursive: true });
    await writeFile(join(folder.path, 'data', 'cluster.initdb', 'PG_VERSION'), '18\n');
    await remember(await folder.start(), 'works');
  });

  it.runIf(isRoot).each([
    ['that nobody may enter', (path: string) => chmod(path, 0o000)],
    ['of another user', async (path: string) => chown(path, NOBODY, NOBODY)],
  ])('finds its data again under a folder %s', async (_, hinder) => {
    await hinder(folder.path);
    const first = await folder.start();
    await remember(first, 'kept');
    expect(first.note).toMatch(/^data in \/var\/tmp\/onsale-postgres-/);
    await first.stop();
    expect(await recall(await folder.start())).toEqual(['kept']);
  });

  it.runIf(isRoot)('takes its data along when its folder becomes unreachable', async () => {
    const first = await folder.start();
    await remember(first, 'kept');
    await first.stop();
    await chmod(folder.path, 0o000);
    expect(await recall(await folder.start())).toEqual(['kept']);
    expect(await readdir(join(folder.path, 'data'))).toEqual(['elsewhere']);
  });

  it.runIf(isRoot)('runs under another account where user namespaces are refused', async () => {
    const path = process.env['PATH'] ?? '';
    await writeFile(join(folder.path, 'unshare'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    process.env['PATH'] = `${folder.path}:${path}`;
    try {
      await chmod(folder.path, 0o755);
      const first = await folder.start();
      await remember(first, 'kept');
      expect(await readFile(`/proc/${first.child.pid}/status`, 'utf8')).not.toMatch(/^Uid:\t0/m);
      await first.stop();
      // And back again, as after a change of the kernel's settings.
      process.env['PATH'] = path;
      expect(await recall(await folder.start())).toEqual(['kept']);
    } finally {
      process.env['PATH'] = path;
    }
  });
});
