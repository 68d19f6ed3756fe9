import { mkdir, mkdtemp, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { claimDataFolder } from './data-folder.ts';
import { loadKeys } from './keys.ts';

describe('data folder', () => {
  let root = '';

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'onsale-data-'));
  });

  afterAll(() => rm(root, { recursive: true, force: true }));

  it('is .onsale, and another one while that is in use', async () => {
    const first = await claimDataFolder(root, undefined);
    const second = await claimDataFolder(root, undefined);
    expect(first).toMatchObject({ path: join(root, '.onsale'), note: undefined });
    expect(second.path).toBe(join(root, '.onsale-2'));
    expect(second.note).toMatch(/in use/);
  });

  it('is refused when it was named and is in use, through whichever path', async () => {
    const folder = join(root, 'mine');
    await mkdir(folder);
    await symlink(folder, join(root, 'link'));
    await claimDataFolder(root, folder);
    await expect(claimDataFolder(root, join(root, 'link'))).rejects.toThrow(/in use by another bin\/dev/);
  });

  it('keeps its keys, readable by their owner only', async () => {
    const first = await loadKeys(root);
    expect(await loadKeys(root)).toEqual(first);
    expect((await stat(join(root, 'keys'))).mode & 0o777).toBe(0o700);
    expect((await stat(first.coreKeysFile)).mode & 0o777).toBe(0o600);
  });
});
