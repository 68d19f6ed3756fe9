import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import { textOf, treeFiles } from './source-files.ts';

/**
 * Each `*.generated.*` file has its maker beside it: a `generate*.ts` (or `.node.ts`) that takes `--check`, and then compares instead of
 * writing. Runs them all; a generated file without a maker can't be trusted, and fails.
 */
function main(): void {
  const root = process.cwd();
  const files = treeFiles(root);
  const generated = files.filter((path) => /\.generated\.[a-z]+$/.test(path));
  const makers = files.filter(
    (path) => /(^|\/)generate(-[a-z-]+)?(\.node)?\.ts$/.test(path) && textOf(root, path).includes('--check'),
  );

  const orphans = generated.filter((path) => !makers.some((maker) => dirname(maker) === dirname(path)));
  for (const path of orphans) console.error(`${path}: no generate*.ts with --check beside it`);
  const stale = makers.filter((maker) => {
    const run = spawnSync(process.execPath, ['--import', 'tsx', maker, '--check'], { cwd: root, stdio: 'inherit' });
    return run.status !== 0;
  });
  for (const maker of stale) console.error(`${maker} --check: run it without --check and look at what changed`);

  console.log(`generated: ${generated.length} files, ${makers.length} makers, ${stale.length} stale`);
  if (generated.length === 0 || makers.length === 0 || orphans.length > 0 || stale.length > 0) process.exitCode = 1;
}

main();
