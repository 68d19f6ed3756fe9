// What bin/dev runs once the packages are there: bundles the supervisor, which is TypeScript, and runs the bundle.
// It is bundled on every start (some 50 ms), so a stale one is never used. The guard is a script of its own.
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { buildSync } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = join(root, 'dist', 'local-stack');

const { outputFiles } = buildSync({
  absWorkingDir: root,
  entryPoints: { main: 'local-stack/main.ts', guard: 'local-stack/supervisor/guard.ts' },
  outdir: folder,
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  sourcemap: 'inline',
  write: false,
});
try {
  mkdirSync(folder, { recursive: true });
  for (const { path, contents } of outputFiles) {
    // Whole or not at all: another start may be reading the file now.
    const unfinished = join(folder, `.${basename(path)}.${process.pid}`);
    writeFileSync(unfinished, contents);
    renameSync(unfinished, path);
  }
} catch (error) {
  const why = error instanceof Error ? error.message : String(error);
  process.stderr.write(`The build can't be written: ${why}\nFix: Make ${join(root, 'dist')} writable for this user.\n`);
  process.exit(1);
}

process.setSourceMapsEnabled(true);
const { main } = await import(pathToFileURL(join(folder, 'main.js')).href);
process.exit(await main({ root, args: process.argv.slice(2), cwd: process.cwd(), env: process.env }));
