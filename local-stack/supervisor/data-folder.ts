import { constants } from 'node:fs';
import { access, mkdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { lockNameOf, tryExclusive } from '../process/exclusive.ts';
import { StackError } from '../stack-error.ts';

export type DataFolder = {
  /** Its real path. */
  path: string;
  /** Said to the user when it is not the usual one. */
  note: string | undefined;
};

const MOST_DEFAULT_FOLDERS = 20;

/**
 * Makes the data folder and locks it until this process ends. Without a wish it is `.onsale` in the repository, or
 * `.onsale-2` and so on while others run there; a folder named by the user is used or refused. Errors: StackError.
 */
export async function claimDataFolder(root: string, wished: string | undefined): Promise<DataFolder> {
  if (wished !== undefined) {
    const path = await claim(wished);
    if (path !== undefined) return { path, note: undefined };
    throw new StackError(`The data folder ${wished} is in use by another bin/dev.`, {
      fix: 'Stop that one, or name another folder with --data DIR.',
    });
  }
  for (let number = 1; number <= MOST_DEFAULT_FOLDERS; number += 1) {
    const name = number === 1 ? '.onsale' : `.onsale-${number}`;
    const path = await claim(join(root, name));
    if (path === undefined) continue;
    return { path, note: number === 1 ? undefined : `.onsale is in use by another bin/dev, so this one uses ${name}` };
  }
  throw new StackError('Twenty bin/dev run in this repository already.', { fix: 'Stop some, or use --data DIR.' });
}

async function claim(folder: string): Promise<string | undefined> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new StackError(`The data folder ${folder} can't be used: ${reason}`, {
      fix: 'Make it writable for this user, or name another folder with --data DIR.',
      cause,
    });
  }
  const path = await realpath(folder);
  return (await tryExclusive(lockNameOf(path))) === undefined ? undefined : path;
}
