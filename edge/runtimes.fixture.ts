import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { Miniflare } from 'miniflare';
import { RUNTIMES } from '../local-stack/build/entries.ts';
import { parseNodeConfig } from './config.node.ts';
import type { EdgeStore } from './edge-room.fixture.ts';
import { startNodeEdge } from './start.node.ts';

/** A whole edge on its own runtime, listening. */
export type RunningEdge = { url: string; stop: () => Promise<void> };

/** The runtimes that the same table of tests holds to the same behaviour. */
export const EDGE_RUNTIMES = { workerd: startWorker, Node: startNode } as const;

const PAGE = '<!doctype html>';

/** The Worker's bundle, as the build makes it. */
export async function bundleWorker(): Promise<string> {
  const { outputFiles } = await build({
    ...RUNTIMES.workerd,
    entryPoints: ['edge/worker.ts'],
    bundle: true,
    format: 'esm',
    write: false,
    sourcemap: false,
  });
  return outputFiles[0]?.text ?? '';
}

async function startWorker(store: EdgeStore, variables: Record<string, string>): Promise<RunningEdge> {
  const worker = new Miniflare({
    modules: [{ type: 'ESModule', path: 'worker.js', contents: await bundleWorker() }],
    compatibilityDate: '2026-04-01',
    cf: false,
    bindings: { ...variables, UPSTASH_REDIS_REST_URL: store.restUrl, UPSTASH_REDIS_REST_TOKEN: store.restToken },
    serviceBindings: { ASSETS: () => new Response(PAGE, { headers: { 'content-type': 'text/html' } }) },
  });
  const url = await worker.ready;
  return { url: url.origin, stop: () => worker.dispose() };
}

async function startNode(store: EdgeStore, variables: Record<string, string>): Promise<RunningEdge> {
  const folder = await mkdtemp(join(tmpdir(), 'onsale-edge-'));
  await mkdir(join(folder, 'shop'));
  await writeFile(join(folder, 'shop', 'index.html'), PAGE);
  const silent = { info: () => {}, warn: () => {}, error: () => {} };
  const edge = await startNodeEdge(parseNodeConfig({ ...variables, REDIS_URL: store.redis.url }, folder), silent);
  return {
    url: edge.url,
    async stop() {
      await edge.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
