import type { BuildOptions } from 'esbuild';

/** One bundle of the build: where it starts, where it lands, for which runtime. */
export type Entry = { source: string; target: string; runtime: 'node' | 'workerd' | 'browser' };

/**
 * Everything that is bundled; dev and deployed run these files. A new service or page is a line here.
 * The supervisor's own bundle is made by `start.mjs`, before any TypeScript can run.
 */
export const ENTRIES: readonly Entry[] = [
  { source: 'edge/worker.ts', target: 'edge/worker.js', runtime: 'workerd' },
  { source: 'edge/node.ts', target: 'edge/node.js', runtime: 'node' },
  { source: 'core/main.ts', target: 'core/main.js', runtime: 'node' },
  { source: 'admission-worker/main.ts', target: 'admission-worker/main.js', runtime: 'node' },
  { source: 'feed/main.ts', target: 'feed/main.js', runtime: 'node' },
  { source: 'cli/main.ts', target: 'cli/main.js', runtime: 'node' },
  { source: 'local-stack/migrate-main.ts', target: 'local-stack/migrate-main.js', runtime: 'node' },
  { source: 'local-stack/rest-front/main.ts', target: 'local-stack/rest-front-main.js', runtime: 'node' },
  { source: 'local-stack/sandbox-payments/main.ts', target: 'local-stack/sandbox-payments-main.js', runtime: 'node' },
  { source: 'local-stack/mailbox/main.ts', target: 'local-stack/mailbox-main.js', runtime: 'node' },
  { source: 'local-stack/stripe-stand-in/main.ts', target: 'local-stack/stripe-stand-in-main.js', runtime: 'node' },
  { source: 'local-stack/worker/main.ts', target: 'local-stack/worker-main.js', runtime: 'node' },
  { source: 'web/waiting-page/client.ts', target: 'web/waiting-page/client.js', runtime: 'browser' },
  { source: 'web/waiting-page/tell-me.ts', target: 'web/waiting-page/tell-me.js', runtime: 'browser' },
  { source: 'web/shop/main.tsx', target: 'web/shop/main.js', runtime: 'browser' },
  { source: 'web/operator/main.tsx', target: 'web/operator/main.js', runtime: 'browser' },
  { source: 'web/push/worker.ts', target: 'web/push/worker.js', runtime: 'browser' },
  { source: 'web/scanner/main.tsx', target: 'web/scanner/main.js', runtime: 'browser' },
];

/** Bundled after all others: it is told the hashes of the page it keeps (`shell.ts`). */
export const SCANNER_WORKER: Entry = {
  source: 'web/scanner/worker.ts',
  target: 'web/scanner/worker.js',
  runtime: 'browser',
};

/** Folders whose files of these kinds are served as they are, at the same path under `dist/`. */
export const STATIC_FOLDERS: readonly string[] = ['web'];
export const STATIC_KINDS: readonly string[] = [
  '.html',
  '.css',
  '.svg',
  '.png',
  '.ico',
  '.txt',
  '.webmanifest',
  '.woff2',
];

/**
 * How Node is told to run core, also in `Dockerfile` and `docker-compose.yml`. Requests that wait for Postgres together outlive many a
 * collection of a small young generation: with four times the room (three times 64 MB at most) core spends a tenth less on a booking.
 */
export const CORE_NODE_FLAGS: readonly string[] = ['--max-semi-space-size=64'];

/** How each runtime is bundled. */
export const RUNTIMES: Record<Entry['runtime'], BuildOptions> = {
  node: { platform: 'node', target: 'node20.19', packages: 'external', sourcemap: 'linked' },
  // `neutral` knows no Node built-ins, so importing one into the Worker fails the build.
  workerd: {
    platform: 'neutral',
    target: 'es2022',
    mainFields: ['module', 'main'],
    conditions: ['workerd', 'worker', 'browser'],
    external: ['cloudflare:*'],
    minify: true,
    sourcemap: 'linked',
  },
  browser: {
    platform: 'browser',
    target: 'es2020',
    minify: true,
    sourcemap: 'linked',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    loader: { '.svg': 'dataurl' },
  },
};
