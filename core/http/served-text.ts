import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { CoreContext } from './context.ts';

const zip = promisify(gzip);
/** Below this many characters a header more costs as much as the packing saves. */
const WORTH_ZIPPING = 1024;

/** A JSON text that many ask for. It is packed once, when the first comes who takes gzip. */
export type ServedText = { text: string; etag: string; zipped(): Promise<Uint8Array<ArrayBuffer>> };

/** `etag` with its quotes. */
export function toServedText(text: string, etag: string): ServedText {
  let packing: Promise<Uint8Array<ArrayBuffer>> | undefined;
  return { text, etag, zipped: () => (packing ??= zip(text).then((bytes) => new Uint8Array(bytes))) };
}

/**
 * Sends it, packed to who takes gzip (RFC 9110 §12.5.3), or 304 to who has it. The packed form bears the tag as a weak one: two forms of one
 * text are not the same bytes (§8.8.3).
 */
export async function sendText(c: CoreContext, served: ServedText, cacheControl: string): Promise<Response> {
  const isZipped = served.text.length >= WORTH_ZIPPING && takesGzip(c.req.header('accept-encoding'));
  const etag = isZipped ? weak(served.etag) : served.etag;
  const headers = { etag, 'cache-control': cacheControl, vary: 'Accept-Encoding' };
  if (isKnown(c.req.header('if-none-match'), etag)) return c.body(null, 304, headers);
  const typed = { ...headers, 'content-type': 'application/json' };
  if (!isZipped) return c.body(served.text, 200, typed);
  return c.body(await served.zipped(), 200, { ...typed, 'content-encoding': 'gzip' });
}

/** Whether gzip is among what a client takes: named, or by `*`, and not with a weight of nothing. */
export function takesGzip(header: string | undefined): boolean {
  const takes = (name: string) =>
    header
      ?.split(',')
      .map((part) =>
        part
          .trim()
          .toLowerCase()
          .split(/\s*;\s*q=/),
      )
      .find(([coding]) => coding === name);
  const [, weight = '1'] = takes('gzip') ?? takes('*') ?? ['', '0'];
  return Number(weight) > 0;
}

/** RFC 9110 §13.1.2: a list of tags, compared weakly, or `*`. */
const isKnown = (header: string | undefined, etag: string): boolean =>
  header !== undefined && header.split(',').some((tag) => ['*', weak(etag)].includes(weak(tag.trim())));

const weak = (tag: string): string => (tag === '*' || tag.startsWith('W/') ? tag : `W/${tag}`);
