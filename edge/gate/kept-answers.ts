import type { Clock } from '../../platform/clock.ts';
import { returnable } from './forward-headers.ts';
import { createSharedReads, type SharedReads } from '../rooms/shared-reads.ts';

/** Longest that an answer is kept, in ms, whatever core allows: what it can never change is fetched again every five minutes. */
const MAX_AGE_MS = 300_000;
const KB = 1024;
const MB = 1024 * KB;
/**
 * What is kept of each kind, in an isolate's 128 MB: at most so many answers and so many bytes of them in all, packed forms included. A
 * text beyond `bytes` is kept packed only, up to `packedBytes`. So all that core sends fits: the seat map of 200,000 (`MAX_IMPORT_SEATS`)
 * is 12 MB of text and 2.3 MB packed, and what is free of it 67 KB; 15,000 revoked tickets are a list of 500 KB, which as it is signed
 * can't be told in pages, and hardly packs. A page of what was searched is 10 KB and seldom twice as much, the rest is many and small.
 */
const SEAT_MAPS = { keys: 64, bytes: 512 * KB, packedBytes: 3 * MB, allBytes: 16 * MB };
const REVOCATIONS = { keys: 64, bytes: 512 * KB, packedBytes: 2 * MB, allBytes: 8 * MB };
const AVAILABILITY = { keys: 128, bytes: 96 * KB, packedBytes: 0, allBytes: 8 * MB };
const SEARCHES = { keys: 250, bytes: 32 * KB, packedBytes: 0, allBytes: 8 * MB };
const OTHERS = { keys: 500, bytes: 16 * KB, packedBytes: 0, allBytes: 8 * MB };
/** A text beyond this is not even packed to see whether it fits, in characters: that takes a second of a processor. */
const MOST_TO_PACK = 16 * MB;
/** Below this many characters a header more costs as much as the packing saves. */
const WORTH_ZIPPING = 1024;
/** How long core's absence answers for others who ask for the same, in ms. */
const FAILURE_MS = 250;

/** A body as gzip. */
export type Packed = Uint8Array<ArrayBuffer>;

/**
 * Core's answer to a look, as anybody gets it; `maxAgeMs` 0 for what must not be kept. `zipped`: the body for who takes gzip; a large one
 * is there in this form alone, and unpacked for who does not.
 */
export type KeptAnswer = {
  status: number;
  headers: Readonly<Record<string, string>>;
  maxAgeMs: number;
} & ({ body: string; zipped: Packed | null } | { body: null; zipped: Packed });

/** Answers of public GETs by path and query, in one isolate's memory; each is fetched by one request at a time. */
export type KeptAnswers = { for(path: string): SharedReads<KeptAnswer> };

/** Empty at first; one for each isolate. */
export function createKeptAnswers(clock: Clock): KeptAnswers {
  const isFresh = ({ maxAgeMs }: KeptAnswer, readAtMs: number, nowMs: number) => nowMs - readAtMs < maxAgeMs;
  const create = ({ keys, allBytes }: typeof OTHERS) =>
    createSharedReads<KeptAnswer>({
      clock,
      isFresh,
      isKept: ({ maxAgeMs }) => maxAgeMs > 0,
      failureMs: FAILURE_MS,
      maxKeys: keys,
      weight: { max: allBytes, of: ({ body, zipped }) => (body?.length ?? 0) + (zipped?.byteLength ?? 0) },
    });
  const others = create(OTHERS);
  const larger = new Map([SEAT_MAPS, REVOCATIONS, AVAILABILITY, SEARCHES].map((kind) => [kind, create(kind)]));
  return { for: (path) => larger.get(kindOf(path)) ?? others };
}

/**
 * Reads core's answer to a look. It may be kept as far as its Cache-Control lets anybody, and unless it sets a cookie or varies by
 * more than the coding, which is settled here: what is kept is packed once.
 */
export async function toKeptAnswer(path: string, answer: Response): Promise<KeptAnswer> {
  const body = await answer.text();
  const { status, headers } = answer;
  const isAlike = (headers.get('vary') ?? 'accept-encoding').toLowerCase() === 'accept-encoding';
  const isForAll = status === 200 && !headers.has('set-cookie') && isAlike;
  const maxAgeMs = isForAll ? Math.min(MAX_AGE_MS, publicAgeMs(headers.get('cache-control') ?? '')) : 0;
  // The body is decoded by now, and its length is the next connection's to tell.
  const kept = [...returnable(headers)].filter(([name]) => name !== 'content-encoding' && name !== 'content-length');
  const told = { status, headers: Object.fromEntries(kept) };
  const { bytes, packedBytes } = kindOf(path);
  if (maxAgeMs > 0 && body.length <= bytes)
    return { ...told, maxAgeMs, body, zipped: body.length >= WORTH_ZIPPING ? await zip(body) : null };
  const packed = maxAgeMs > 0 && packedBytes > 0 && body.length <= MOST_TO_PACK ? await zip(body) : null;
  if (packed !== null && packed.byteLength <= packedBytes) return { ...told, maxAgeMs, body: null, zipped: packed };
  return { ...told, maxAgeMs: 0, body, zipped: null };
}

/**
 * The same answer, kept anew: core has said by a 304 that it still holds. How long it may be kept is what that says (RFC 9111 §4.3.4); its
 * other headers are those of the same text, and stay.
 */
export async function toRenewedAnswer(older: KeptAnswer, told: Response): Promise<KeptAnswer> {
  await told.body?.cancel();
  const cacheControl = told.headers.get('cache-control');
  if (cacheControl === null || cacheControl === older.headers['cache-control']) return older;
  const maxAgeMs = Math.min(MAX_AGE_MS, publicAgeMs(cacheControl));
  return { ...older, headers: { ...older.headers, 'cache-control': cacheControl }, maxAgeMs };
}

/** The text of a packed answer, piece by piece: it is never whole in memory. */
export const unzip = (packed: Packed): ReadableStream<Uint8Array> =>
  new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));

async function zip(text: string): Promise<Packed> {
  const packed = new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}

const kindOf = (path: string): typeof OTHERS => {
  if (path.endsWith('/seat-map')) return SEAT_MAPS;
  if (path === '/v1/events') return SEARCHES;
  if (path === '/v1/check-ins/revocations') return REVOCATIONS;
  return path.endsWith('/availability') ? AVAILABILITY : OTHERS;
};

/** Under what an answer is kept. A seat map is the same whatever is asked behind `?`, and too large to be kept twice. */
export const keyOf = (path: string, search: string): string => (kindOf(path) === SEAT_MAPS ? path : path + search);

/** How long a shared cache may keep an answer (RFC 9111 §5.2.2), in ms; 0 for what is not public. */
function publicAgeMs(cacheControl: string): number {
  const directives = cacheControl
    .toLowerCase()
    .split(',')
    .map((directive) => directive.trim());
  if (!directives.includes('public') || directives.some((name) => name === 'no-store' || name === 'no-cache')) return 0;
  const seconds = directives.map((name) => /^max-age=(\d+)$/.exec(name)?.[1]).find((found) => found !== undefined);
  return Number(seconds ?? 0) * 1000;
}
