import { join } from 'node:path';
import { repositoryRoot } from '../repository-root.ts';
import type { Check } from './check.ts';
import { missing } from './check.ts';
import { checkDescriptors, checkNode, checkPackages, checkPort } from './machine.ts';
import { checkDataFolder } from './data-folder.ts';
import { checkChromium, checkPostgres, checkRedis } from './programs.ts';
import { checkStack } from './stack.ts';
import { checkTurnstile } from './turnstile.ts';

export type Examination = {
  env: Record<string, string | undefined>;
  /** Of a running stack, whose parts are asked then. */
  readyFile?: string;
  dataFolder?: string;
};

/** Looks at this machine, and at a running stack when its ready file is named. Changes nothing. */
export async function examine({ env, readyFile, dataFolder }: Examination): Promise<Check[]> {
  const root = repositoryRoot();
  const looks: Promise<Check>[] = [
    guarded('node', async () => checkNode(process.versions.node)),
    guarded('packages', () => checkPackages(root)),
    guarded('redis', () => checkRedis(env)),
    guarded('postgres', () => checkPostgres(env)),
    guarded('chromium', () => checkChromium(env)),
    guarded('port', () => checkPort()),
    guarded('data folder', () => checkDataFolder(dataFolder ?? join(root, '.onsale'))),
    guarded('descriptors', () => checkDescriptors()),
    guarded('turnstile', async () => checkTurnstile(env)),
  ];
  const machine = await Promise.all(looks);
  return readyFile === undefined ? machine : [...machine, ...(await checkStack(readyFile))];
}

/** A look that fails is a finding too, not the end of all others. */
async function guarded(name: string, look: () => Promise<Check>): Promise<Check> {
  try {
    return await look();
  } catch (error) {
    const fix = error instanceof Error && 'fix' in error && typeof error.fix === 'string' ? error.fix : undefined;
    return missing(name, error instanceof Error ? error.message : String(error), fix ?? 'See the message.');
  }
}
