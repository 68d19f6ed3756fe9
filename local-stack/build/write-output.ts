import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Replaces a file as a whole when its content differs; a reader sees the old or the new one, never a part. */
export async function writeIfChanged(path: string, content: Uint8Array | string, mode = 0o644): Promise<boolean> {
  const before = await readFile(path).catch(() => undefined);
  if (before?.equals(Buffer.from(content)) === true) return false;
  await writeWhole(path, content, mode);
  return true;
}

/** Writes a file under another name and renames it into place. */
export async function writeWhole(path: string, content: Uint8Array | string, mode: number): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const unfinished = `${path}.${process.pid}.partial`;
  await writeFile(unfinished, content, { mode });
  await rename(unfinished, path);
}

/** Removes every file below a folder that is not in the set of paths to keep. */
export async function removeAllBut(folder: string, keep: ReadonlySet<string>): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && !keep.has(path)) await rm(path, { force: true });
  }
}
