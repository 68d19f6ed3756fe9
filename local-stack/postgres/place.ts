import { createHash, randomBytes } from 'node:crypto';
import { chown, cp, lchown, mkdir, readFile, readdir, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { copyBinaries, findBinaries } from './binaries.ts';
import type { PostgresBinaries } from './binaries.ts';
import { runAs } from './identity.ts';
import type { Identity } from './identity.ts';

/** Where one cluster lives: its data folder (perhaps not there yet) and binaries its identity can run. */
export type Place = { folder: string; cluster: string; binaries: PostgresBinaries; note: string | undefined };

const CLUSTER = 'cluster';
/** Holds a random word; its presence says that the cluster lives elsewhere, and where. */
const ELSEWHERE = 'elsewhere';
const ELSEWHERE_ROOT = '/var/tmp';

/**
 * Chooses where a cluster lives: under `dataFolder`, or, when the server's identity can't reach that folder (a parent
 * of mode 0000, another owner), in a private folder under /var/tmp whose name follows from the data folder's real path
 * and a random word kept in it. The next start finds it again; a deleted or copied data folder finds none, as it should.
 */
export async function choosePlace(dataFolder: string, identity: Identity): Promise<Place> {
  await mkdir(dataFolder, { recursive: true, mode: 0o700 });
  const moved = await readFile(join(dataFolder, ELSEWHERE), 'utf8').catch(() => undefined);
  const folder = moved === undefined ? await placeFor(dataFolder, identity) : await elsewhere(dataFolder, moved);
  await own(folder, identity);
  const packaged = await findBinaries();
  const reachable = (await runAs(identity, join(packaged.home, 'bin', 'postgres'), ['--version'])).ok;
  const binaries = reachable
    ? packaged
    : await copyBinaries(packaged, await binariesFolder(folder, dataFolder, identity));
  const note = folder === dataFolder ? undefined : `data in ${folder}`;
  return { folder, cluster: join(folder, CLUSTER), binaries, note };
}

async function placeFor(dataFolder: string, identity: Identity): Promise<string> {
  await own(dataFolder, identity);
  if (await canUse(dataFolder, identity)) return dataFolder;
  const word = randomBytes(16).toString('hex');
  const folder = await elsewhere(dataFolder, word);
  await own(folder, identity);
  // A cluster from before the folder became unreachable moves along. It is renamed last, so that a kill loses nothing.
  const left = join(dataFolder, CLUSTER);
  const hasCluster = await stat(left).then(
    () => true,
    () => false,
  );
  if (hasCluster) {
    const unfinished = join(folder, `${CLUSTER}.partial`);
    await rm(unfinished, { recursive: true, force: true });
    await cp(left, unfinished, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
    await rename(unfinished, join(folder, CLUSTER));
  }
  await writeFile(join(dataFolder, ELSEWHERE), word, { mode: 0o600 });
  if (hasCluster) await rm(left, { recursive: true, force: true });
  return folder;
}

async function elsewhere(dataFolder: string, word: string): Promise<string> {
  const name = createHash('sha256')
    .update(`${await realpath(dataFolder)}\n${word}`)
    .digest('hex')
    .slice(0, 24);
  const folder = join(ELSEWHERE_ROOT, `onsale-postgres-${name}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return folder;
}

/** A data folder that is reachable while the packages are not keeps its cluster; only the binaries live elsewhere. */
async function binariesFolder(folder: string, dataFolder: string, identity: Identity): Promise<string> {
  const target = folder === dataFolder ? join(folder, 'binaries') : folder;
  await mkdir(target, { recursive: true, mode: 0o700 });
  await own(target, identity);
  return target;
}

async function canUse(folder: string, identity: Identity): Promise<boolean> {
  return (await runAs(identity, '/bin/sh', ['-c', 'test -w "$1" && test -x "$1" && cd "$1"', 'sh', folder])).ok;
}

/** Gives a folder and all in it to the identity when it is another's; only root can and must. */
async function own(folder: string, identity: Identity): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const { uid } = await stat(folder);
  if (uid === identity.owner.uid) return;
  await giveAway(folder, identity.owner);
}

async function giveAway(folder: string, owner: { uid: number; gid: number }): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await giveAway(path, owner);
    else await lchown(path, owner.uid, owner.gid);
  }
  // The folder itself last: its owner is what tells that all of it was done.
  await chown(folder, owner.uid, owner.gid);
}
