import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Room for a fresh cluster and one storm. */
const SIZE = '256m';
/** How much is written at a time, bytes: first much, then what a page takes, until nothing goes any more. */
const STEPS = [1 << 20, 1 << 12] as const;

/** A file system of its own, in memory, that can be filled to the last byte. */
export type SmallDisk = {
  fill(): Promise<void>;
  free(): Promise<void>;
  /** Takes it away with everything on it. */
  unmount(): Promise<void>;
};

/** Mounts one at a folder, which is made. Only root can, and not in every container: `whyNoSmallDisk`. */
export async function mountSmallDisk(folder: string): Promise<SmallDisk> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await run('mount', ['-t', 'tmpfs', '-o', `size=${SIZE},mode=700`, 'tmpfs', folder]);
  const filler = join(folder, 'filler');
  return {
    async fill() {
      const file = await open(filler, 'a');
      try {
        for (const bytes of STEPS) while (await fits(() => file.write(new Uint8Array(bytes))));
      } finally {
        await file.close();
      }
    },
    free: () => rm(filler, { force: true }),
    unmount: async () => void (await run('umount', ['--lazy', folder])),
  };
}

/** Why no small disk can be had here, or null: found by trying. */
export async function whyNoSmallDisk(): Promise<string | null> {
  const folder = await mkdtemp(join(tmpdir(), 'onsale-small-disk-'));
  try {
    await (await mountSmallDisk(folder)).unmount();
    return null;
  } catch (error) {
    return `a disk to fill can't be mounted here: ${String(error).split('\n')[0]}`;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function fits(write: () => Promise<{ bytesWritten: number }>): Promise<boolean> {
  try {
    return (await write()).bytesWritten > 0;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') return false;
    throw error;
  }
}
