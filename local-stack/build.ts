/** `npm run build`: bundles everything into dist/ and says how large the Worker is. */
import { join } from 'node:path';
import { buildAll } from './build/bundle.ts';

const report = await buildAll(join(import.meta.dirname, '..'));
const worker =
  report.workerGzipBytes === undefined ? 'no Worker' : `Worker ${(report.workerGzipBytes / 1024).toFixed(1)} KB gzip`;
process.stdout.write(`built ${report.files} files in ${report.ms} ms, ${worker}\n`);
