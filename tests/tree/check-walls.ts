import { createRequire } from 'node:module';
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ICruiseOptions, ICruiseResult, IFlattenedRuleSet } from 'dependency-cruiser';
import { cruise } from 'dependency-cruiser';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';
import { findRawSql } from './raw-sql.ts';
import { sourceFiles } from './source-files.ts';

interface Rules {
  readonly forbidden: NonNullable<IFlattenedRuleSet['forbidden']>;
  readonly options: ICruiseOptions;
}

/** One broken rule: its name, where, and why it is a rule. */
export interface Violation {
  readonly rule: string;
  readonly where: string;
  readonly why: string;
}

export interface WallsReport {
  readonly violations: readonly Violation[];
  readonly modules: number;
  readonly dependencies: number;
  readonly sqlFiles: number;
}

/**
 * Looks at every source file below `root` for imports across the walls of .dependency-cruiser.cjs and for SQL outside db/.
 * Throws when it looked at nothing, or when the cruiser left out a file that is there: a check on fewer files is no check.
 */
export async function checkWalls(root: string): Promise<WallsReport> {
  const files = sourceFiles(root);
  if (files.length === 0) throw new Error(`no source files below ${root}: the walls were not checked`);
  const result = await cruiseTree(root, files);

  const seen = new Set(result.modules.map((module) => module.source));
  const missed = files.filter((file) => !seen.has(file) && !isFixture(file));
  if (missed.length > 0) throw new Error(`the walls were not checked for: ${missed.join(', ')}`);

  const sql = findRawSql(root, files);
  const why = new Map(result.summary.ruleSetUsed?.forbidden?.map((rule) => [rule.name, rule.comment]));
  const ours = result.modules.filter(
    (module) => !module.source.startsWith('node_modules/') && module.coreModule !== true,
  );
  return {
    violations: [
      ...result.summary.violations.map((found) => ({
        rule: found.rule.name,
        where: `${found.from} → ${(found.cycle ?? found.via)?.map((step) => step.name).join(' → ') ?? found.to}`,
        why: why.get(found.rule.name) ?? '',
      })),
      ...sql.violations,
    ],
    modules: ours.length,
    dependencies: ours.reduce((sum, module) => sum + module.dependencies.length, 0),
    sqlFiles: sql.looked,
  };
}

function isFixture(file: string): boolean {
  return file.startsWith('tests/tree/fixtures/');
}

async function cruiseTree(root: string, files: readonly string[]): Promise<ICruiseResult> {
  const { forbidden, options } = loadRules(root);
  const { output } = await cruise(
    [...files],
    { ...options, baseDir: root, ruleSet: { forbidden }, validate: true },
    undefined,
    { tsConfig: extractTSConfig(join(root, 'tsconfig.base.json')) },
  );
  if (typeof output === 'string') throw new Error('dependency-cruiser answered with text, not with its result');
  return output;
}

function loadRules(root: string): Rules {
  return createRequire(import.meta.url)(join(root, '.dependency-cruiser.cjs')) as Rules;
}

async function main(): Promise<void> {
  const report = await checkWalls(process.cwd());
  for (const { rule, where, why } of report.violations) console.error(`${rule}: ${where}\n    ${why}`);
  console.log(
    `walls: ${report.modules} modules, ${report.dependencies} dependencies, ${report.sqlFiles} files searched for SQL: ` +
      `${report.violations.length} violations`,
  );
  if (report.violations.length > 0) process.exitCode = 1;
}

if (import.meta.url === pathToFileURL(realpathSync(process.argv[1] ?? '')).href) await main();
