import { open } from 'node:fs/promises';

const TAIL_BYTES = 16_384;

/** The last lines of a file that may be large; none when it can't be read. */
export async function readLastLines(path: string, count: number): Promise<string[]> {
  try {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      const from = Math.max(0, size - TAIL_BYTES);
      const { buffer, bytesRead } = await file.read(Buffer.alloc(size - from), 0, size - from, from);
      const text = buffer.subarray(0, bytesRead).toString('utf8').trimEnd();
      return text === '' ? [] : text.split('\n').slice(-count);
    } finally {
      await file.close();
    }
  } catch {
    // A part that died before it wrote anything has no log, and its death is reported all the same.
    return [];
  }
}
