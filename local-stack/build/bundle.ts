import { mkdir, readFile, readdir } from 'node:fs/promises';
import { basename, dirname, extname, join, relative, sep } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build, stop } from 'esbuild';
import { exclusively, lockNameOf } from '../process/exclusive.ts';
import { ENTRIES, RUNTIMES, SCANNER_WORKER, STATIC_FOLDERS, STATIC_KINDS } from './entries.ts';
import type { Entry } from './entries.ts';
import { describeShell } from './shell.ts';
import { removeAllBut, writeIfChanged } from './write-output.ts';

export type BuildReport = { ms: number; files: number; workerGzipBytes: number | undefined };

/**
 * Bundles all services, the Worker and the pages into `dist/`. Files appear whole, and only when their content changed,
 * so parts that run from `dist/` meanwhile are not disturbed; builds of one tree wait for each other. Throws esbuild's
 * error, which names file and line.
 */
export async function buildAll(root: string): Promise<BuildReport> {
  const started = Date.now();
  const dist = join(root, 'dist');
  await mkdir(dist, { recursive: true });
  return exclusively(`build:${lockNameOf(root)}`, async () => {
    const runtimes = ['node', 'workerd', 'browser'] as const;
    const bundled = await Promise.all(
      runtimes.map((runtime) =>
        bundle(
          root,
          dist,
          ENTRIES.filter((entry) => entry.runtime === runtime),
          runtime,
        ),
      ),
    );
    const files = new Map([...bundled.flat(), ...(await staticFiles(root, dist))]);
    const worker = await bundle(root, dist, [SCANNER_WORKER], 'browser', describeShell(dist, files));
    for (const [path, content] of worker) files.set(path, content);
    // Its helper process would otherwise stay for as long as ours.
    await stop();
    await Promise.all([...files].map(([path, content]) => writeIfChanged(path, content)));
    // What is no longer built must not be served from the assets folder.
    await removeAllBut(join(dist, 'web'), new Set(files.keys()));
    const edge = files.get(join(dist, 'edge', 'worker.js'));
    const workerGzipBytes = edge === undefined ? undefined : gzipSync(edge).length;
    return { ms: Date.now() - started, files: files.size, workerGzipBytes };
  });
}

async function bundle(
  root: string,
  dist: string,
  entries: readonly Entry[],
  runtime: Entry['runtime'],
  define: Record<string, string> = {},
): Promise<[string, Uint8Array][]> {
  if (entries.length === 0) return [];
  const result = await build({
    ...RUNTIMES[runtime],
    define,
    absWorkingDir: root,
    entryPoints: entries.map(({ source, target }) => ({ in: source, out: target.replace(/\.js$/, '') })),
    outdir: dist,
    bundle: true,
    format: 'esm',
    write: false,
    logLevel: 'silent',
  });
  return result.outputFiles.map(({ path, contents }) => [path, contents]);
}

async function staticFiles(root: string, dist: string): Promise<[string, Uint8Array][]> {
  const found: [string, Uint8Array][] = [];
  for (const folder of STATIC_FOLDERS) {
    const all = await readdir(join(root, folder), { recursive: true, withFileTypes: true }).catch(() => []);
    for (const entry of all) {
      if (!entry.isFile() || !STATIC_KINDS.includes(extname(basename(entry.name)))) continue;
      const source = join(entry.parentPath, entry.name);
      found.push([
        join(dist, relative(root, dirname(source)).split(sep).join('/'), entry.name),
        await readFile(source),
      ]);
    }
  }
  return found;
}
