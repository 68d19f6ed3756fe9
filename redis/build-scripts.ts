import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One script ready to run: its text with includes resolved, and the SHA-1 that EVALSHA wants. */
export type BuiltScript = { lua: string; sha1: string };

const ROOT = join(import.meta.dirname, 'lua');
const INCLUDE = /^ *--- @include "([a-z0-9-]+)"$/gm;

/**
 * Reads every `lua/<group>/<name>.lua`, puts each include in once (depth first), and strips comments, since the text travels over
 * the wire on a NOSCRIPT. `includes` replaces an include by name: the test build swaps `now` (DESIGN §7).
 */
export function buildScripts(includes: Record<string, string> = {}): Record<string, BuiltScript> {
  const built: Record<string, BuiltScript> = {};
  for (const group of readdirSync(ROOT, { withFileTypes: true })) {
    if (!group.isDirectory() || group.name === 'includes') continue;
    for (const file of readdirSync(join(ROOT, group.name)).toSorted()) {
      if (!file.endsWith('.lua')) continue;
      const name = file.slice(0, -'.lua'.length);
      if (built[name]) throw new Error(`two scripts are called ${name}`);
      const lua = strip(resolve(readFileSync(join(ROOT, group.name, file), 'utf8'), new Set(), includes));
      built[name] = { lua, sha1: createHash('sha1').update(lua).digest('hex') };
    }
  }
  if (Object.keys(built).length === 0) throw new Error(`no scripts found below ${ROOT}`);
  return built;
}

function resolve(text: string, seen: Set<string>, includes: Record<string, string>): string {
  return text.replace(INCLUDE, (_line, name: string) => {
    if (seen.has(name)) return '';
    seen.add(name);
    const body = includes[name] ?? readFileSync(join(ROOT, 'includes', `${name}.lua`), 'utf8');
    return resolve(body, seen, includes);
  });
}

/** Whole-line comments, indentation and blank lines go; code stays as written (our scripts have no multi-line strings). */
const strip = (lua: string): string =>
  lua
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('--'))
    .join('\n');
