import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { RUNTIMES } from '../local-stack/build/entries.ts';
import type { Report } from './measure/report.ts';

const MAX_KB = 150;

/** The edge Worker's size as it is uploaded: minified by the same settings as the build's, gzipped. */
export async function benchBundle(): Promise<Report> {
  const { outputFiles, metafile } = await build({
    ...RUNTIMES.workerd,
    entryPoints: ['edge/worker.ts'],
    bundle: true,
    format: 'esm',
    write: false,
    sourcemap: false,
    metafile: true,
  });
  const text = outputFiles[0]?.contents ?? new Uint8Array();
  const kilobytes = gzipSync(text).length / 1024;
  const [output] = Object.values(metafile.outputs);
  const packages = new Map<string, number>();
  for (const [path, { bytesInOutput }] of Object.entries(output?.inputs ?? {})) {
    const name = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? 'ours';
    packages.set(name, (packages.get(name) ?? 0) + bytesInOutput);
  }
  const largest = [...packages].toSorted(([, a], [, b]) => b - a).slice(0, 4);
  return {
    title: 'The edge Worker’s bundle',
    rows: [
      ['gzip', `${kilobytes.toFixed(1)} KB`, { value: kilobytes, bound: { atMost: MAX_KB } }],
      ['minified', `${(text.length / 1024).toFixed(1)} KB`, { value: text.length / 1024 }],
      ...largest.map(([name, bytes]): [string, string] => [`of it ${name}`, `${(bytes / 1024).toFixed(1)} KB`]),
    ],
  };
}
