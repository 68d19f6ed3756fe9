import { createHash } from 'node:crypto';
import { connect, createServer } from 'node:net';
import type { Server } from 'node:net';
import { realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** A lock that is held until `release` or the end of the process, whichever way it ends. */
export type Held = { release: () => Promise<void> };

const POLL_MS = 100;

/**
 * Takes a lock of this machine by listening on a socket of that name: the kernel lets one process do so, and frees it
 * when the process is gone, so no stale lock can be left. Undefined when somebody else holds it.
 */
export async function tryExclusive(name: string): Promise<Held | undefined> {
  const path = socketPath(name);
  const server = (await listen(path)) ?? ((await isAbandoned(path)) ? await listen(path) : undefined);
  if (server === undefined) return undefined;
  server.unref();
  const release = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
    });
  return { release };
}

/** Runs `work` while holding the lock; waits for whoever holds it, and calls `onWait` once if there is somebody. */
export async function exclusively<T>(name: string, work: () => Promise<T>, onWait: () => void = () => {}): Promise<T> {
  let held = await tryExclusive(name);
  if (held === undefined) onWait();
  while (held === undefined) {
    await pause(POLL_MS);
    held = await tryExclusive(name);
  }
  try {
    return await work();
  } finally {
    await held.release();
  }
}

/** The lock's name of a folder: the same through every path that leads to it. */
export function lockNameOf(folder: string): string {
  return `folder:${realpathSync(folder)}`;
}

function socketPath(name: string): string {
  const id = `onsale-${createHash('sha256').update(name).digest('hex').slice(0, 32)}`;
  // A name that begins with a zero byte has no file and can't be left behind; Linux only.
  return process.platform === 'linux' ? `\0${id}` : join(tmpdir(), `${id}.sock`);
}

function listen(path: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    server.listen(path, () => resolve(server));
  });
}

/** A socket file nobody listens on was left by a killed process; it is removed. */
async function isAbandoned(path: string): Promise<boolean> {
  if (path.startsWith('\0')) return false;
  const answers = await new Promise<boolean>((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('close', () => socket.destroy());
  });
  if (!answers) rmSync(path, { force: true });
  return !answers;
}
