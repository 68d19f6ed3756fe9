import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildOpenApi } from './build-document.node.ts';

/**
 * Writes `openapi.generated.json`; with `--check` compares instead and exits 1 when it is stale. Generated ahead, so that the Worker
 * carries the document and not the generator.
 */
const OUTPUT = join(import.meta.dirname, 'openapi.generated.json');
const text = `${JSON.stringify(buildOpenApi(), null, 1)}\n`;

if (!process.argv.includes('--check')) {
  writeFileSync(OUTPUT, text);
} else if (readFileSync(OUTPUT, 'utf8') === text) {
  process.stdout.write('edge/openapi/openapi.generated.json matches the schemas and the route table\n');
} else {
  process.stderr.write('edge/openapi/openapi.generated.json is stale: run `npm run generate`\n');
  process.exitCode = 1;
}
