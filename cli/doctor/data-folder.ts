import { access, constants, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { lockNameOf, tryExclusive } from '../../local-stack/process/exclusive.ts';
import { ok, missing, warning, type Check } from './check.ts';

const NAME = 'data folder';

/** Whether bin/dev could use this data folder now. Makes nothing; the folder's lock is taken for a moment. */
export async function checkDataFolder(folder: string): Promise<Check> {
  const nearest = await nearestExisting(folder);
  if (!(await isWritable(nearest))) {
    return missing(
      NAME,
      `${nearest} can't be written to.`,
      'Make it writable for this user, or name another: bin/dev --data DIR.',
    );
  }
  if (nearest !== folder) return ok(NAME, `${folder} (made by the first bin/dev)`);
  const lock = await tryExclusive(lockNameOf(folder));
  if (lock === undefined) {
    return warning(
      NAME,
      `${folder} is in use by a running bin/dev.`,
      'Nothing to do: another one takes .onsale-2, or --data DIR.',
    );
  }
  await lock.release();
  return ok(NAME, `${folder}, in use by nobody`);
}

async function nearestExisting(path: string): Promise<string> {
  for (let at = path; ; at = dirname(at)) {
    const found = await stat(at).catch(() => undefined);
    if (found !== undefined || dirname(at) === at) return at;
  }
}

function isWritable(folder: string): Promise<boolean> {
  return access(folder, constants.R_OK | constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
}
