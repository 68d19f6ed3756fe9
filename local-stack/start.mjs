// What bin/dev runs, on a Node that is new enough: installs the packages when they are missing, bundles the supervisor
// (it is TypeScript) and runs the bundle. It is bundled on every start, some 50 ms, so a stale one is never used.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = join(root, 'dist', 'local-stack');
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

// A script's background job is started with SIGINT ignored, and a shell could not change that; Node can, from here on.
let installerGroup = 0;
const stopEarly = () => {
  if (installerGroup > 0) process.kill(-installerGroup, 'SIGKILL');
  process.exit(0);
};
for (const signal of SIGNALS) process.on(signal, stopEarly);

await ensurePackages();
await bundleSupervisor();
process.setSourceMapsEnabled(true);
const { main } = await import(pathToFileURL(join(folder, 'main.js')).href);
const takeSignals = () => {
  for (const signal of SIGNALS) process.off(signal, stopEarly);
  return process;
};
process.exit(await main({ root, args: process.argv.slice(2), cwd: process.cwd(), env: process.env, takeSignals }));

async function ensurePackages() {
  const check = spawnSync(process.execPath, ['bin/lib/packages-installed.mjs'], { cwd: root });
  if (check.status === 0) return;
  const script = '. bin/lib/setup.sh && ensure_packages';
  // A group of its own, so that a signal ends npm and all it started; what was half installed is made good next time.
  const installer = spawn('bash', ['-c', script], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: true,
  });
  installerGroup = installer.pid ?? 0;
  const code = await new Promise((resolve) => {
    installer.once('exit', resolve);
    installer.once('error', () => resolve(127));
  });
  installerGroup = 0;
  // The script has said what is wrong and how to mend it.
  if (code !== 0) process.exit(1);
}

async function bundleSupervisor() {
  try {
    const { build, stop } = await import('esbuild');
    const { outputFiles } = await build({
      absWorkingDir: root,
      entryPoints: { main: 'local-stack/main.ts', guard: 'local-stack/supervisor/guard.ts' },
      outdir: folder,
      bundle: true,
      packages: 'external',
      platform: 'node',
      format: 'esm',
      target: 'node20.19',
      sourcemap: 'inline',
      logLevel: 'silent',
      write: false,
    });
    await stop();
    mkdirSync(folder, { recursive: true });
    for (const { path, contents } of outputFiles) {
      // Whole or not at all: another start may be reading the file now.
      const unfinished = join(folder, `.${basename(path)}.${process.pid}`);
      writeFileSync(unfinished, contents);
      renameSync(unfinished, path);
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    process.stderr.write(
      `The supervisor can't be built: ${why}\nFix: Mend what is named above; ${root}/dist must be writable.\n`,
    );
    process.exit(1);
  }
}
