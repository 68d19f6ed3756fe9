import { readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { stopLeftover } from '../process/leftover.ts';
import { StackError } from '../stack-error.ts';
import { spawnChild } from '../process/child.ts';
import type { SpawnChild } from '../process/child.ts';
import { childEnvironment } from './identity.ts';
import type { Identity } from './identity.ts';
import type { Place } from './place.ts';

/** The superuser and owner of the embedded cluster; it listens on loopback only and asks for no password. */
export const SUPERUSER = 'onsale';

export type ClusterOptions = { durable: boolean; logFile: string; spawn: SpawnChild | undefined };

const LEFTOVER_STOP_MS = 10_000;

/**
 * Makes the cluster when there is none. It is made under another name and renamed when it is whole, so that a kill in
 * the middle leaves nothing that looks like a cluster.
 */
export async function ensureCluster(place: Place, identity: Identity, options: ClusterOptions): Promise<void> {
  if (await isCluster(place.cluster)) return;
  const unfinished = `${place.cluster}.initdb`;
  await rm(unfinished, { recursive: true, force: true });
  const [command = '', ...args] = [
    ...identity.prefix,
    join(place.binaries.home, 'bin', 'initdb'),
    `--pgdata=${unfinished}`,
    `--username=${SUPERUSER}`,
    '--auth=trust',
    '--encoding=UTF8',
    // Sorts by code point as C does, and knows upper and lower case of every letter, which C does not.
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--no-instructions',
    ...(options.durable ? ['--data-checksums'] : ['--no-sync', '--no-data-checksums']),
  ];
  const spawn = options.spawn ?? spawnChild;
  const { logFile } = options;
  const child = spawn({ command, args, cwd: '/', env: childEnvironment(), logFile, ...identity.switchTo });
  const { code } = await child.exited;
  if (code !== 0) {
    const lines = await child.lastLines(8);
    throw new StackError(`Postgres could not make its data folder ${unfinished}:\n${lines.join('\n')}`, {
      fix: 'Check free space and the folder’s mode, or choose another data folder with --data DIR.',
    });
  }
  await rename(unfinished, place.cluster);
}

/**
 * Makes the cluster startable after a kill. A server that still runs on it (its supervisor is gone: the caller holds
 * the data folder's lock) is stopped; a pid file whose number belongs to nobody or to another program is removed.
 */
export async function clearLeftovers(cluster: string): Promise<void> {
  const pidFile = join(cluster, 'postmaster.pid');
  const pid = Number((await readFile(pidFile, 'utf8').catch(() => '')).split('\n')[0]);
  await stopLeftover(pid, cluster, 'SIGINT', LEFTOVER_STOP_MS);
  await rm(pidFile, { force: true });
}

/** Whether the server with this pid says, in its own file, that it accepts connections. */
export async function isReady(cluster: string, pid: number): Promise<boolean> {
  const lines = (await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
  return Number(lines[0]) === pid && lines[7]?.trim() === 'ready';
}

async function isCluster(folder: string): Promise<boolean> {
  return stat(join(folder, 'PG_VERSION')).then(
    () => true,
    () => false,
  );
}
