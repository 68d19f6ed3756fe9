import { answerWhole } from '../http/answer.ts';
import type { EdgeContext } from '../http/context.ts';
import { askForAnybody, callCore } from './call-core.ts';
import { GATE_PREFIX } from './find-core-route.ts';
import { keyOf, toKeptAnswer, unzip, type KeptAnswer } from './kept-answers.ts';
import { limitBrowsing } from './limit-browsing.ts';

/**
 * A look at the catalogue (DESIGN §6: browsing is edge-cached, and limited per client). What core lets anybody keep is answered from
 * this isolate's memory and costs neither store nor core; only a look that has to ask core is counted. A caller with a
 * credential, and a HEAD, are passed through. `If-None-Match` is answered here. Throws `rate_limited` and the codes of `callCore`.
 */
export async function browse(c: EdgeContext): Promise<Response> {
  if (c.req.method !== 'GET' || c.req.header('Authorization') !== undefined) {
    await limitBrowsing(c);
    return callCore(c, null);
  }
  const { pathname, search } = new URL(c.req.url);
  const path = pathname.slice(GATE_PREFIX.length);
  const key = keyOf(path, search);
  const answers = c.get('keptAnswers').for(path);
  const kept = answers.fresh(key);
  if (kept !== undefined) return tell(c, kept.value, kept.readAtMs);
  // Before the shared read: who is refused here must not be refused for others.
  await limitBrowsing(c);
  const answer = await answers.get(key, async () => toKeptAnswer(path, await askForAnybody(c)));
  return tell(c, answer, c.get('ports').clock.nowMs());
}

function tell(c: EdgeContext, answer: KeptAnswer, readAtMs: number): Response {
  const { status, headers, maxAgeMs } = answer;
  const all: Record<string, string> = Object.fromEntries(headers);
  if (maxAgeMs > 0) all['age'] = String(Math.floor((c.get('ports').clock.nowMs() - readAtMs) / 1000));
  const { etag } = all;
  if (status !== 200 || etag === undefined || !isKnown(c.req.header('If-None-Match'), etag))
    return tellBody(c, answer, all);
  delete all['content-type'];
  return answerWhole(c, null, 304, all);
}

/** Packed for who takes that; then its tag is a weak one, since two forms of a text are not the same bytes (RFC 9110 §8.8.3). */
function tellBody(c: EdgeContext, { status, body, zipped }: KeptAnswer, headers: Record<string, string>): Response {
  if (zipped === null) return answerWhole(c, body, status, headers);
  headers['vary'] = 'Accept-Encoding';
  if (!takesGzip(codingsOf(c.req.raw))) return answerWhole(c, body ?? unzip(zipped), status, headers);
  if (headers['etag'] !== undefined) headers['etag'] = `W/${weak(headers['etag'])}`;
  headers['content-encoding'] = 'gzip';
  return answerWhole(c, zipped, status, headers);
}

/**
 * The codings that the client named. Cloudflare says `br, gzip` to every Worker, and keeps the client's own words beside it; who named
 * none gets none, since few such clients could unpack an answer.
 */
function codingsOf(request: Request): string | undefined {
  const cf: unknown = 'cf' in request ? request.cf : undefined;
  const own =
    typeof cf === 'object' && cf !== null && 'clientAcceptEncoding' in cf ? cf.clientAcceptEncoding : undefined;
  if (typeof own === 'string') return own;
  return request.headers.get('accept-encoding') ?? undefined;
}

/** Whether gzip is named, and not with a weight of nothing. */
const takesGzip = (header: string | undefined): boolean => {
  const named = header?.split(',').find((part) => /^\s*gzip\b/i.test(part));
  return named !== undefined && !/;\s*q=0(\.0*)?\s*$/.test(named);
};

/** RFC 9110 §13.1.2: a list of tags, compared weakly, or `*`. */
const isKnown = (header: string | undefined, etag: string): boolean =>
  header !== undefined && header.split(',').some((tag) => ['*', weak(etag)].includes(weak(tag.trim())));

const weak = (tag: string): string => tag.replace(/^W\//, '');
