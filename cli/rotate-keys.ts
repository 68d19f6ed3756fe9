import { chmod, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as v from 'valibot';
import { edgeKeySetSchema, okpKeySetSchema, publicKeySet } from '../tokens/key-set.ts';
import { RotationError, rotateEdgeKeys, rotateOkpKeys, type RotationStage } from '../tokens/rotate-keys.ts';
import { CommandError } from './command-error.ts';

/** Whose keys: the edge's (queue tickets and passes), core's (receipts, entry tickets), the operators'. */
export const KEY_OWNERS = ['edge', 'core', 'operator'] as const;
export type KeyOwner = (typeof KEY_OWNERS)[number];

export type KeyRotation = { owner: KeyOwner; stage: RotationStage; file: string };

/** Permission bits of everybody but the owner. */
const OTHERS = 0o077;
/** What to do before the next stage. */
const NEXT: Record<RotationStage, string> = {
  add: 'Deploy this set everywhere, wait a minute, then run --stage switch.',
  switch: 'Deploy this set everywhere. Run --stage retire no sooner than 24 hours after the last process has it.',
  retire: 'Deploy this set everywhere. Tokens of the retired key are refused from then on.',
};

/**
 * One stage of a rotation on a key file: read, changed, written whole under another name and renamed into place (0600). For the
 * operators the public set beside it (operator-jwks.json) is written first, since core must know a key before it signs. Returns what
 * to do next. Errors: CommandError for an unusable file, an open one, a stage out of turn; then nothing was changed.
 */
export async function rotateKeyFile({ owner, stage, file }: KeyRotation): Promise<string> {
  const text = await readKeyFile(file);
  try {
    if (owner === 'edge') await replace(file, await rotateEdgeKeys(parse(edgeKeySetSchema, text, file), stage));
    else {
      const keys = await rotateOkpKeys(parse(okpKeySetSchema, text, file), stage);
      if (owner === 'operator') await replace(join(dirname(file), 'operator-jwks.json'), publicKeySet(keys));
      await replace(file, keys);
    }
  } catch (error) {
    if (!(error instanceof RotationError)) throw error;
    throw new CommandError(`${file}: ${error.message}.`, { fix: 'The stages are add, switch, retire, in this order.' });
  }
  return NEXT[stage];
}

async function readKeyFile(file: string): Promise<string> {
  const unreadable = (cause: unknown): never => {
    throw new CommandError(`The key file ${file} can't be read.`, { fix: 'Check --keys and its owner.', cause });
  };
  const { mode } = await stat(file).catch(unreadable);
  if ((mode & OTHERS) !== 0) {
    throw new CommandError(`The key file ${file} is open to others.`, { fix: `chmod 600 ${file}` });
  }
  return readFile(file, 'utf8').catch(unreadable);
}

function parse<T>(schema: v.GenericSchema<unknown, T>, text: string, file: string): T {
  const set = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), text);
  if (set.success) return set.output;
  throw new CommandError(`${file} holds no key set of this kind.`, {
    fix: 'Check which file and which owner is meant.',
  });
}

async function replace(file: string, set: object): Promise<void> {
  const unfinished = `${file}.${process.pid}.partial`;
  try {
    await writeFile(unfinished, `${JSON.stringify(set, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
    await chmod(unfinished, 0o600);
    await rename(unfinished, file);
  } catch (cause) {
    await rm(unfinished, { force: true });
    throw new CommandError(`The key file ${file} can't be written.`, { fix: 'Check the folder and its owner.', cause });
  }
}
