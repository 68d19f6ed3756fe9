import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildAsyncApi } from './build-document.ts';

/** Writes `asyncapi.generated.json`; with `--check` compares instead and exits 1 when it is stale. */
const OUTPUT = join(import.meta.dirname, 'asyncapi.generated.json');
const text = `${JSON.stringify(buildAsyncApi(), null, 1)}\n`;

if (!process.argv.includes('--check')) {
  writeFileSync(OUTPUT, text);
} else if (readFileSync(OUTPUT, 'utf8') === text) {
  process.stdout.write('feed/asyncapi/asyncapi.generated.json matches the schemas\n');
} else {
  process.stderr.write('feed/asyncapi/asyncapi.generated.json is stale: run `npm run generate`\n');
  process.exitCode = 1;
}
