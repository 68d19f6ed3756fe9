import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { generateEdgeKeySet, generateOkpKeySet } from '../tokens/generate-keys.ts';
import { rotateKeyFile } from './rotate-keys.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onsale-keys-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const kids = (keys: { kid: string }[]) => keys.map(({ kid }) => kid);
async function keyFile(name: string, set: object): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, JSON.stringify(set), { mode: 0o600 });
  return file;
}
const read = async <T>(file: string): Promise<T> => JSON.parse(await readFile(file, 'utf8')) as T;

it('goes through add, switch and retire, each whole and 0600', async () => {
  const before = await generateEdgeKeySet();
  const file = await keyFile('edge-keys.json', before);
  type Set = typeof before;
  await rotateKeyFile({ owner: 'edge', stage: 'add', file });
  const added = await read<Set>(file);
  expect(kids(added.queue)[0]).toBe(before.queue[0]?.kid);
  expect([added.queue.length, added.pass.length]).toEqual([2, 2]);
  await rotateKeyFile({ owner: 'edge', stage: 'switch', file });
  expect(kids((await read<Set>(file)).queue)).toEqual(kids(added.queue).toReversed());
  await rotateKeyFile({ owner: 'edge', stage: 'retire', file });
  expect(kids((await read<Set>(file)).pass)).toEqual([added.pass[1]?.kid]);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readdir(folder)).toEqual(['edge-keys.json']);
});

it('writes the operators’ public set along, without a private part', async () => {
  const file = await keyFile('operator-keys.json', await generateOkpKeySet());
  await rotateKeyFile({ owner: 'operator', stage: 'add', file });
  const jwks = await readFile(join(folder, 'operator-jwks.json'), 'utf8');
  expect(kids((JSON.parse(jwks) as { keys: { kid: string }[] }).keys)).toHaveLength(2);
  expect(jwks).not.toContain('"d"');
});

it('refuses stages out of turn and files that are not for this, and changes nothing', async () => {
  const file = await keyFile('core-keys.json', await generateOkpKeySet());
  const before = await readFile(file, 'utf8');
  await expect(rotateKeyFile({ owner: 'core', stage: 'switch', file })).rejects.toThrow('add one first');
  await expect(rotateKeyFile({ owner: 'core', stage: 'retire', file })).rejects.toThrow('nothing to retire');
  await expect(rotateKeyFile({ owner: 'edge', stage: 'add', file })).rejects.toThrow('no key set of this kind');
  expect(await readFile(file, 'utf8')).toBe(before);
  await rotateKeyFile({ owner: 'core', stage: 'add', file });
  await expect(rotateKeyFile({ owner: 'core', stage: 'add', file })).rejects.toThrow('under way');
  await chmod(file, 0o644);
  await expect(rotateKeyFile({ owner: 'core', stage: 'switch', file })).rejects.toThrow('open to others');
});
