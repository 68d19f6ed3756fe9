import { answerWhole } from '../http/answer.ts';
import type { EdgeContext } from '../http/context.ts';
import { askForAnybody, callCore } from './call-core.ts';
import { GATE_PREFIX } from './find-core-route.ts';
import { keyOf, toKeptAnswer, toRenewedAnswer, unzip, type KeptAnswer } from './kept-answers.ts';
import { limitBrowsing } from './limit-browsing.ts';
import { ageOf, formFor } from './kept-forms.ts';

/**
 * A look at the catalogue (DESIGN §6: browsing is edge-cached, and limited per client). What core lets anybody keep is answered from
 * this isolate's memory and costs neither store nor core; only a look that has to ask core is counted, and what core has not changed
 * since is neither sent nor packed again. A caller with a
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
  const answer = await answers.get(key, async () => {
    const older = answers.last(key);
    const told = await askForAnybody(c, older?.headers['etag']);
    return older !== undefined && told.status === 304 ? toRenewedAnswer(older, told) : toKeptAnswer(path, told);
  });
  return tell(c, answer, c.get('ports').clock.nowMs());
}

function tell(c: EdgeContext, answer: KeptAnswer, readAtMs: number): Response {
  const form = formFor(answer, { ifNoneMatch: c.req.header('If-None-Match'), codings: codingsOf(c.req.raw) });
  const age = answer.maxAgeMs > 0 ? { age: ageOf(readAtMs, c.get('ports').clock.nowMs()) } : {};
  const { status, body } = form;
  const isUnpacked = body !== null && typeof body === 'object' && 'unpack' in body;
  return answerWhole(c, isUnpacked ? unzip(body.unpack) : body, status, { ...form.headers, ...age });
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
