import { MAX_IMPORT_DEPTH } from '../../contracts/seat-map-import.ts';
import { parseJson } from '../http/json-body.ts';
import type { ReadDocument } from './read-csv.ts';

/** Reads the JSON form of a seat map. Refuses: `malformed_json`, `invalid_request` for one that nests too deep. */
export function readSeatMapJson(text: string): ReadDocument {
  return { document: parseJson(text, MAX_IMPORT_DEPTH), lineOf: (path) => lineOfPath(text, path) };
}

/**
 * The line, from 1, on which the value at a dotted path begins in a JSON text that parses; of what is not there, the line of the nearest
 * that it would be in. It walks the text only, so it is for the few faults of a document.
 */
export function lineOfPath(text: string, path: string): number {
  let at = skipSpace(text, 0);
  for (const name of path === '' ? [] : path.split('.')) {
    const inner = findIn(text, at, name);
    if (inner === null) break;
    at = inner;
  }
  let line = 1;
  for (let end = text.indexOf('\n'); end >= 0 && end < at; end = text.indexOf('\n', end + 1)) line += 1;
  return line;
}

/** Where the member or item of this name begins in the object or list at `at`; null when it has none. */
function findIn(text: string, at: number, name: string): number | null {
  const isList = text[at] === '[';
  if (!isList && text[at] !== '{') return null;
  let next = skipSpace(text, at + 1);
  for (let i = 0; next < text.length && text[next] !== ']' && text[next] !== '}'; i += 1) {
    let isWanted = isList && String(i) === name;
    if (!isList) {
      const end = skipString(text, next);
      isWanted = JSON.parse(text.slice(next, end)) === name;
      next = skipSpace(text, skipSpace(text, end) + 1);
    }
    if (isWanted) return next;
    next = skipSpace(text, skipValue(text, next));
    if (text[next] === ',') next = skipSpace(text, next + 1);
  }
  return null;
}

function skipSpace(text: string, at: number): number {
  let next = at;
  while (next < text.length && /\s/.test(text.charAt(next))) next += 1;
  return next;
}

function skipString(text: string, at: number): number {
  let next = at + 1;
  while (next < text.length && text[next] !== '"') next += text[next] === '\\' ? 2 : 1;
  return next + 1;
}

function skipValue(text: string, at: number): number {
  let [next, depth] = [at, 0];
  do {
    const sign = text[next];
    if (sign === '"') next = skipString(text, next);
    else {
      if (sign === '{' || sign === '[') depth += 1;
      else if (sign === '}' || sign === ']') depth -= 1;
      next += 1;
    }
  } while (next < text.length && (depth > 0 || !/[,\]}\s]/.test(text.charAt(next))));
  return next;
}
