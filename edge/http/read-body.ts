import * as v from 'valibot';
import { fieldErrorsOf } from '../../contracts/field-errors.ts';
import { MAX_BODY_BYTES, MAX_JSON_DEPTH } from '../../contracts/limits.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import type { EdgeContext } from './context.ts';

/** Most of a refused body that is read and thrown away, in bytes: some ms of work, and every honest mistake fits. */
const MAX_DRAINED_BYTES = 16 * 1024 * 1024;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });

/** The media type of the body without its parameters, in lower case; null when none is named. */
export function contentTypeOf(c: EdgeContext): string | null {
  const known = c.get('contentType');
  if (known !== undefined) return known;
  const type = c.req.header('Content-Type')?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const told = type === '' ? null : type;
  c.set('contentType', told);
  return told;
}

/** The whole body, never more than `maxBytes`; null when there is none. Throws `payload_too_large`. */
export async function readBytes(c: EdgeContext, maxBytes = MAX_BODY_BYTES): Promise<Uint8Array<ArrayBuffer> | null> {
  const bytes = await c.get('ports').readBody(c.req.raw, maxBytes);
  if (bytes === 'too_large') throw new OperatingError('payload_too_large');
  return bytes;
}

/**
 * The body of a web-standard request (`readBody` of the ports), for runtimes whose requests are such. What is too much is read on
 * for a while and thrown away: a sender that is cut off in the middle sees a broken connection instead of the answer.
 */
export async function readWebBody(
  request: Request,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer> | null | 'too_large'> {
  const named = Number(request.headers.get('content-length') ?? Number.NaN);
  // Both runtimes hold a sender to the length it named, and one read of all is many times cheaper than a stream of pieces. To look at
  // `body` would make a stream already.
  if (named <= maxBytes) return named === 0 ? null : wholeOf(await request.arrayBuffer());
  if (named > MAX_DRAINED_BYTES) return 'too_large';
  // The length a sender names can be missing, so the bytes are counted as they come.
  if (request.body === null) return null;
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = request.body.getReader();
  for (;;) {
    const chunk: { done: boolean; value?: unknown } = await reader.read();
    if (chunk.done) break;
    const { value } = chunk;
    if (!(value instanceof Uint8Array)) throw new TypeError('a body is bytes');
    size += value.byteLength;
    if (size <= maxBytes) chunks.push(value);
    else chunks.length = 0;
    if (size > MAX_DRAINED_BYTES) {
      await reader.cancel();
      break;
    }
  }
  if (size > maxBytes) return 'too_large';
  return size === 0 ? null : joined(chunks, size);
}

/**
 * An optional JSON body checked by a schema; an absent one counts as `{}`. Throws `payload_too_large`, `unsupported_media_type`,
 * `malformed_json`, `invalid_request` (with the path of each refused field).
 */
export async function readJson<S extends v.GenericSchema>(c: EdgeContext, schema: S): Promise<v.InferOutput<S>> {
  const bytes = await readBytes(c);
  if (bytes !== null && contentTypeOf(c) !== 'application/json') throw new OperatingError('unsupported_media_type');
  return checkFields(schema, bytes === null ? {} : parseJson(bytes));
}

/** Checks a value by a schema. Throws `invalid_request` with the path of each refused field. */
export function checkFields<S extends v.GenericSchema>(schema: S, value: unknown): v.InferOutput<S> {
  // To a schema of optional fields an array is an object without any; each body of ours is an object.
  if (Array.isArray(value)) {
    throw new OperatingError('invalid_request', { errors: [{ path: '', message: 'must be an object, not an array' }] });
  }
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  throw new OperatingError('invalid_request', { errors: fieldErrorsOf(result.issues) });
}

function parseJson(bytes: Uint8Array): unknown {
  let value: unknown;
  try {
    value = JSON.parse(utf8.decode(bytes));
  } catch {
    throw new OperatingError('malformed_json');
  }
  if (depthOf(value) > MAX_JSON_DEPTH) {
    throw new OperatingError('invalid_request', {
      errors: [{ path: '', message: `nests deeper than ${MAX_JSON_DEPTH}` }],
    });
  }
  return value;
}

/** Nesting of a parsed value, by a walk that can't exhaust the stack. */
function depthOf(value: unknown): number {
  let level: unknown[] = [value];
  let depth = 0;
  while (level.length > 0 && depth <= MAX_JSON_DEPTH) {
    level = level.flatMap((item): unknown[] => (typeof item === 'object' && item !== null ? Object.values(item) : []));
    depth += 1;
  }
  return depth;
}

const wholeOf = (body: ArrayBuffer) => (body.byteLength === 0 ? null : new Uint8Array(body));

function joined(chunks: Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}
