import { readFile, rm } from 'node:fs/promises';
import type { ReadyFile } from '../../contracts/ready-file.ts';
import { writeWhole } from '../build/write-output.ts';

/** Writes the ready file (mode 0600, whole or not at all); returns how to remove it. */
export async function writeReadyFile(path: string, content: ReadyFile): Promise<() => Promise<void>> {
  const text = `${JSON.stringify(content, null, 2)}\n`;
  await rm(path, { force: true });
  await writeWhole(path, text, 0o600);
  return async () => {
    // Another stack may have been told the same path since; its file is not ours to remove.
    if ((await readFile(path, 'utf8').catch(() => '')) === text) await rm(path, { force: true });
  };
}
