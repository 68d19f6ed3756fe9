import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { sourceFiles } from './source-files.ts';

/** The native compiler, several times as fast. Its package has no stable API for who reads trees: they have version 5. */
const NATIVE_TSC = join(dirname(createRequire(import.meta.url).resolve('typescript-7/package.json')), 'bin/tsc');
const PROJECTS = ['tsconfig.node.json', 'tsconfig.edge.json', 'tsconfig.web.json', 'tsconfig.browser-tests.json'];

/** Root files of a project, relative to `root`. */
function filesOf(root: string, project: string): string[] {
  const read: { config?: unknown; error?: ts.Diagnostic } = ts.readConfigFile(join(root, project), (path) =>
    ts.sys.readFile(path),
  );
  const { config, error } = read;
  if (error !== undefined) throw new Error(`${project}: ${ts.flattenDiagnosticMessageText(error.messageText, '\n')}`);
  const parsed = ts.parseJsonConfigFileContent(config, ts.sys, root);
  return parsed.fileNames.map((path) => path.slice(root.length + 1));
}

function main(): void {
  const root = process.cwd();
  const projects = PROJECTS.map((project) => ({ project, files: filesOf(root, project) }));

  const covered = new Set(projects.flatMap(({ files }) => files));
  const missed = sourceFiles(root).filter((path) => !covered.has(path));
  for (const path of missed) console.error(`${path}: belongs to no tsconfig, so its types were never checked`);

  // One build of all projects; it keeps what it learned under node_modules/.cache.
  const tsc = spawnSync(process.execPath, [NATIVE_TSC, '-b', '--pretty', 'false'], { cwd: root, stdio: 'inherit' });
  const looked = projects.map(({ project, files }) => `${project.split('.')[1] ?? project} ${files.length}`).join(', ');
  console.log(`types: files by runtime: ${looked}; ${missed.length} unchecked`);
  if (tsc.status !== 0 || missed.length > 0 || covered.size === 0) process.exitCode = 1;
}

main();
