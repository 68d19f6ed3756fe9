import { setTimeout as sleep } from 'node:timers/promises';
import * as v from 'valibot';
import { newId } from '../../platform/id.ts';

/** How long a buyer asks again with the same key, and how often, ms. */
const PATIENCE_MS = 40_000;
const AGAIN_MS = 200;

export type Answer = { status: number; body: unknown; retryAfter?: string | null };

/** Asks core as an honest client does, again whatever happens; `amiss` collects answers that nobody may ever get. */
export type Asking = {
  post(path: string, token: string | null, body: object, key?: string): Promise<Answer>;
  get(path: string, token: string): Promise<Answer>;
  remove(path: string, token: string): Promise<Answer>;
};

/** A client of core at this address. */
export function createAsking(coreUrl: string, amiss: string[]): Asking {
  const ask = (method: 'GET' | 'POST' | 'DELETE', path: string, token: string | null, sent?: Sent) =>
    untilAnswered(async () => {
      const answer = await askOnce(method, `${coreUrl}${path}`, token, sent);
      if (!isHonest(answer)) amiss.push(`${path} answered ${answer.status} ${JSON.stringify(answer.body)}`);
      return answer;
    });
  return {
    post: (path, token, body, key = newId()) => ask('POST', path, token, { body, key }),
    get: (path, token) => ask('GET', path, token),
    remove: (path, token) => ask('DELETE', path, token),
  };
}

type Sent = { body: object; key: string };

async function askOnce(method: string, url: string, token: string | null, sent?: Sent): Promise<Answer> {
  const answer = await fetch(url, {
    method,
    headers: {
      ...(sent === undefined ? {} : { 'content-type': 'application/json', 'idempotency-key': sent.key }),
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(sent === undefined ? {} : { body: JSON.stringify(sent.body) }),
  });
  const text = await answer.text();
  return {
    status: answer.status,
    body: text === '' ? null : JSON.parse(text),
    retryAfter: answer.headers.get('retry-after'),
  };
}

/** Whatever fails behind core, it says that it can't, and when to come again; it never breaks. */
const isHonest = ({ status, retryAfter }: Answer): boolean =>
  status < 500 || (status === 503 && Number(retryAfter ?? 0) > 0);

const codeSchema = v.object({ code: v.string() });
/** Refusals of the moment: while the same key is being worked on, and while the room is let in again after a loss. */
const PASSING = new Set(['idempotency_key_in_flight', 'not_admitted', 'session_ended']);

/** Asks until something else than a lost connection, a 5xx or a refusal of the moment comes; in the end takes what came last. */
export async function untilAnswered(ask: () => Promise<Answer>): Promise<Answer> {
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    const answer = await ask().catch(() => ({ status: 0, body: null }));
    const code = v.safeParse(codeSchema, answer.body);
    const isPassing = answer.status === 0 || answer.status >= 500 || (code.success && PASSING.has(code.output.code));
    if (!isPassing || performance.now() > until) return answer;
    await sleep(AGAIN_MS);
  }
}

/** Does it until it can be done; throws what came last. */
export async function untilDone(work: () => Promise<void>): Promise<void> {
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (performance.now() > until) throw error;
      await sleep(AGAIN_MS);
    }
  }
}
