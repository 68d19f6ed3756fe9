import type { Clock } from '../../platform/clock.ts';
import { returnable } from './forward-headers.ts';
import { createSharedReads, type SharedReads } from '../rooms/shared-reads.ts';

/** Longest that an answer is kept, in ms, whatever core allows: what it can never change is fetched again every five minutes. */
const MAX_AGE_MS = 300_000;
/** Seat maps are few and large, the rest many and small; together at most 32 MB of an isolate's 128, whose texts are bytes. */
const SEAT_MAPS = { keys: 32, bytes: 512 * 1024 };
const OTHERS = { keys: 1000, bytes: 16 * 1024 };
/** How long core's absence answers for others who ask for the same, in ms. */
const FAILURE_MS = 250;

/** Core's answer to a look, as anybody gets it; `maxAgeMs` 0 for what must not be kept. */
export type KeptAnswer = { status: number; headers: [string, string][]; body: string; maxAgeMs: number };

/** Answers of public GETs by path and query, in one isolate's memory; each is fetched by one request at a time. */
export type KeptAnswers = { for(path: string): SharedReads<KeptAnswer> };

/** Empty at first; one for each isolate. */
export function createKeptAnswers(clock: Clock): KeptAnswers {
  const isFresh = ({ maxAgeMs }: KeptAnswer, readAtMs: number, nowMs: number) => nowMs - readAtMs < maxAgeMs;
  const create = (maxKeys: number) => createSharedReads<KeptAnswer>({ clock, isFresh, failureMs: FAILURE_MS, maxKeys });
  const [seatMaps, others] = [create(SEAT_MAPS.keys), create(OTHERS.keys)];
  return { for: (path) => (isSeatMap(path) ? seatMaps : others) };
}

/** Reads core's answer to a look. It may be kept as far as its Cache-Control lets anybody, and unless it sets a cookie or varies. */
export async function toKeptAnswer(path: string, answer: Response): Promise<KeptAnswer> {
  const body = await answer.text();
  const { bytes } = isSeatMap(path) ? SEAT_MAPS : OTHERS;
  const { status, headers } = answer;
  const isForAll = status === 200 && !headers.has('set-cookie') && !headers.has('vary') && body.length <= bytes;
  const maxAgeMs = isForAll ? Math.min(MAX_AGE_MS, publicAgeMs(headers.get('cache-control') ?? '')) : 0;
  // The body is decoded by now, and its length is the next connection's to tell.
  const kept = [...returnable(headers)].filter(([name]) => name !== 'content-encoding' && name !== 'content-length');
  return { status, headers: kept, body, maxAgeMs };
}

const isSeatMap = (path: string): boolean => path.endsWith('/seat-map');

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
