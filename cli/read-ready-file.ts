import { readFile } from 'node:fs/promises';
import * as v from 'valibot';
import { readyFileSchema, type ReadyFile } from '../contracts/ready-file.ts';
import { CommandError } from './command-error.ts';

const FIX = 'Start a stack with `bin/dev --ready-file PATH` and name the same path once it is up.';

/** Reads the ready file of a running stack. Errors: CommandError for a file that is missing or something else. */
export async function readReadyFile(path: string): Promise<ReadyFile> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new CommandError(`The ready file ${path} can't be read.`, { fix: FIX, cause });
  });
  const result = v.safeParse(v.pipe(v.string(), v.parseJson(), readyFileSchema), text);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const where = v.getDotPath(issue);
  throw new CommandError(`${path} is no ready file: ${where === null ? '' : `${where}: `}${issue.message}.`, {
    fix: FIX,
  });
}
