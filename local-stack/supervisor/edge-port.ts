import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeWhole } from '../build/write-output.ts';

const fileIn = (dataFolder: string): string => join(dataFolder, 'edge-port');

/** The port that the edge had at the last start on this data folder; undefined when there was none. */
export async function readEdgePort(dataFolder: string): Promise<number | undefined> {
  const text = await readFile(fileIn(dataFolder), 'utf8').catch(() => '');
  const port = Number(text.trim());
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined;
}

/**
 * Remembers the edge's port, which is part of the origin that every token names as its issuer. Returns what to tell when it is
 * not the one of the last start: whose tokens are no longer good, and how to have them good again.
 */
export async function rememberEdgePort(dataFolder: string, port: number): Promise<string[]> {
  const before = await readEdgePort(dataFolder);
  await writeWhole(fileIn(dataFolder), `${port}\n`, 0o600);
  if (before === undefined || before === port) return [];
  return [
    `THE ADDRESS HAS CHANGED: this data folder was last served on port ${before}, now on ${port}.`,
    'Places, passes, receipts, operator tokens and booking links made under the old address do not verify under this one.',
    `To keep them: stop this, free port ${before}, and start again with --port ${before}.`,
  ];
}
