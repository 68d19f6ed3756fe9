import { chmod } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openPostgresFolder, recall, remember, type PostgresFolder } from './postgres.fixture.ts';
import { portAnswers } from './process/free-port.ts';

let folder: PostgresFolder;
beforeEach(async () => {
  folder = await openPostgresFolder();
});
afterEach(() => folder.remove());

// Folders that nobody can enter, and what a crash leaves behind: postgres.long.test.ts.
describe('embedded Postgres', () => {
  it('keeps its data over a stop, and over a SIGKILL', async () => {
    const first = await folder.start();
    await remember(first, 'before the stop');
    await first.stop();
    expect(await portAnswers(first.port)).toBe(false);
    const second = await folder.start();
    await remember(second, 'before the kill');
    second.child.signalGroup('SIGKILL');
    await second.child.exited;
    expect(await recall(await folder.start())).toEqual(['before the stop', 'before the kill']);
  });

  it('stops the server that a killed supervisor left on the same data, and goes on with it', async () => {
    const left = await folder.start();
    await remember(left, 'kept');
    expect(await recall(await folder.start())).toEqual(['kept']);
    expect(left.child.hasExited()).toBe(true);
  });

  it.runIf(process.getuid?.() === 0)('runs under a folder that only root can enter', async () => {
    await chmod(folder.path, 0o700);
    expect((await folder.start()).note).toBeUndefined();
  });
});
