import type { Command } from 'commander';
import { slugSchema } from '../contracts/catalogue.ts';
import { type OrderOptions, targetOf, withTarget } from './operator-commands.ts';
import { valueOf } from './option-values.ts';
import type { Surroundings } from './surroundings.ts';

type ImportOptions = OrderOptions & { id?: string; dryRun?: boolean };

/** Adds `onsale import seat-map`. */
export function addImports(program: Command, around: Surroundings): void {
  const imports = program.command('import').description('bring what other systems have: seat maps');
  withTarget(imports.command('seat-map'))
    .description(
      'import a seat map from JSON or CSV (docs/imports.md), whole or not at all (token: ONSALE_OPERATOR_TOKEN)',
    )
    .argument('<file>', 'the file: *.json or *.csv')
    .option('--id <id>', 'the id of a map in CSV (default: the file’s name)', valueOf(slugSchema))
    .option('--dry-run', 'judge it, here and by the server, and write nothing')
    .action(async (file: string, options: ImportOptions) => {
      const { sendSeatMap } = await import('./import-seat-map.ts');
      const { id, dryRun = false } = options;
      const told = await sendSeatMap(around, { file, id, isDryRun: dryRun, target: targetOf(around, options) });
      around.out(`${told}\n`);
    });
}
