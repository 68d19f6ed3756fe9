import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CommandError } from './command-error.ts';

/** The folder of this installation: the first one above this file with a package.json, from source as from the bundle. */
export function repositoryRoot(from = import.meta.dirname): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (dirname(folder) === folder) throw new CommandError(`There is no package.json above ${from}.`);
  }
}
