import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { send, type HttpAnswer } from './answer.ts';
import type { CoreContext } from './context.ts';
import { headersOf, type HeaderSource } from './node-request.ts';

const zip = promisify(gzip);
/** Below this many bytes a header more costs as much as the packing saves. */
const WORTH_ZIPPING = 1024;

type Bytes = Uint8Array<ArrayBuffer>;

/** A JSON text that many ask for, as bytes. It is packed once, when the first comes who takes gzip. */
export type ServedText = { plain: Bytes; etag: string; zipped(): Promise<Bytes> };

/** `etag` with its quotes. */
export function toServedText(text: string, etag: string): ServedText {
  const plain = new TextEncoder().encode(text);
  let packing: Promise<Bytes> | undefined;
  return { plain, etag, zipped: () => (packing ??= zip(plain).then((bytes) => new Uint8Array(bytes))) };
}

/**
 * Answers with it, packed to who takes gzip (RFC 9110 §12.5.3), or 304 to who has it. The packed form bears the tag as a weak one: two
 * forms of one text are not the same bytes (§8.8.3).
 */
export async function answerServed(asked: HeaderSource, served: ServedText, cacheControl: string): Promise<HttpAnswer> {
  const isZipped = served.plain.byteLength >= WORTH_ZIPPING && takesGzip(asked.get('accept-encoding') ?? undefined);
  const etag = isZipped ? weak(served.etag) : served.etag;
  const headers = { etag, 'cache-control': cacheControl, vary: 'Accept-Encoding' };
  if (isKnown(asked.get('if-none-match') ?? undefined, etag)) return { status: 304, body: null, headers };
  if (!isZipped) return { status: 200, body: served.plain, headers };
  return { status: 200, body: await served.zipped(), headers: { ...headers, 'content-encoding': 'gzip' } };
}

/** The same, sent through the router. */
export const sendText = async (c: CoreContext, served: ServedText, cacheControl: string): Promise<Response> =>
  send(c, await answerServed(headersOf(c.req.raw), served, cacheControl));

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
