import { readFileSync } from 'node:fs';
import * as v from 'valibot';

/** The lines of an append-only file that fit their schema; none where there is no file yet. A line that a kill has torn is left out. */
export function readJsonLines<S extends v.GenericSchema>(path: string, schema: S): v.InferOutput<S>[] {
  let text = '';
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    // The first start has no file yet.
    return [];
  }
  return text.split('\n').flatMap((line) => {
    try {
      return [v.parse(schema, JSON.parse(line))];
    } catch {
      // Empty, or torn by a kill in mid-write: its call was never answered.
      return [];
    }
  });
}
