import { IncomingMessage } from 'node:http';
import * as v from 'valibot';
import type { FieldError } from '../../contracts/errors.ts';
import { fieldErrorsOf } from '../../contracts/field-errors.ts';
import { MAX_BODY_BYTES, MAX_JSON_DEPTH } from '../../contracts/limits.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import { headersOf, incomingOf, readIncoming, type AnyRequest } from './node-request.ts';

/**
 * Reads a JSON body against a schema. Refuses, in this order: `unsupported_media_type`, `payload_too_large`,
 * `malformed_json`, `invalid_request` with each field's path. Call it after the credentials were judged (API.md).
 */
export async function readJson<S extends v.GenericSchema>(request: AnyRequest, schema: S): Promise<v.InferOutput<S>> {
  const mediaType = headersOf(request).get('content-type')?.split(';', 1)[0]?.trim().toLowerCase();
  if (mediaType !== 'application/json') throw new OperatingError('unsupported_media_type');
  const value = parseJson(await readText(request));
  // To a schema of optional fields an array is an object without any; each body of ours is an object.
  if (Array.isArray(value)) throw invalidRequest([{ path: '', message: 'must be an object, not an array' }]);
  return parseBody(schema, value);
}

/** Judges a value that is already parsed. Refuses: `invalid_request`. */
export function parseBody<S extends v.GenericSchema>(schema: S, value: unknown): v.InferOutput<S> {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  throw invalidRequest(fieldErrorsOf(result.issues));
}

/** The refusal of single fields: 422. At most 20 are told, since a body can hold thousands of faults. */
export const invalidRequest = (errors: FieldError[]): OperatingError =>
  new OperatingError('invalid_request', { errors: errors.slice(0, 20) });

/** The body's text, at most `maxBytes`: counted while it comes in, because a length header can lie. */
export async function readText(request: AnyRequest, maxBytes = MAX_BODY_BYTES): Promise<string> {
  if (Number(headersOf(request).get('content-length') ?? 0) > maxBytes) throw new OperatingError('payload_too_large');
  if (request instanceof IncomingMessage) return readNodeText(request, maxBytes);
  const incoming = incomingOf(request);
  if (incoming !== null) return readNodeText(incoming, maxBytes);
  if (request.body === null) return '';
  const body: AsyncIterable<Uint8Array> = request.body;
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.byteLength;
    if (length > maxBytes) throw new OperatingError('payload_too_large');
    chunks.push(chunk);
  }
  return decoder.decode(Buffer.concat(chunks));
}

const decoder = new TextDecoder();

async function readNodeText(incoming: IncomingMessage, maxBytes: number): Promise<string> {
  let bytes: Buffer | null;
  try {
    bytes = await readIncoming(incoming, maxBytes);
  } catch {
    // The sender went away in the middle of it: nobody reads the answer, and no store is to blame.
    throw new OperatingError('malformed_json');
  }
  if (bytes === null) throw new OperatingError('payload_too_large');
  return decoder.decode(bytes);
}

/** The value of a JSON text. Refuses: `malformed_json`, and `invalid_request` for one that nests too deep. */
export function parseJson(text: string, maxDepth = MAX_JSON_DEPTH): unknown {
  // A text nests no deeper than it has opening brackets, and few have so many.
  if (hasMore(text, ['{', '['], maxDepth) && depthOf(text) > maxDepth)
    throw invalidRequest([{ path: '', message: `nested deeper than ${maxDepth}` }]);
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message quotes the body, which may hold a token.
    throw new OperatingError('malformed_json');
  }
}

/** Whether more than so many of these characters stand in a text. */
function hasMore(text: string, characters: readonly string[], most: number): boolean {
  let count = 0;
  for (const character of characters)
    for (let at = text.indexOf(character); at !== -1; at = text.indexOf(character, at + 1))
      if ((count += 1) > most) return true;
  return false;
}

const [QUOTE, BACKSLASH] = [0x22, 0x5c];

/** The deepest nesting of brackets outside strings, counted before the parser builds anything from them. */
function depthOf(text: string): number {
  let [depth, deepest, inString] = [0, 0, false];
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (inString) {
      if (code === BACKSLASH) i += 1;
      else if (code === QUOTE) inString = false;
    } else if (code === QUOTE) inString = true;
    else if (code === 0x7b || code === 0x5b) deepest = Math.max(deepest, (depth += 1));
    else if (code === 0x7d || code === 0x5d) depth -= 1;
  }
  return deepest;
}
