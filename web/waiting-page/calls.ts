import type { Board } from '../../contracts/board.ts';
import { solveAltcha, type AltchaChallenge } from './solve-altcha.ts';
import { solveTurnstile, type TurnstileTask } from './turnstile-widget.ts';
import type { FeedTokenGrant, PassGrant, Place } from '../../contracts/place.ts';

/** What a call came to: the answer, a refusal by its code, or no answer at all. */
export type Answer<T> =
  | { ok: true; status: number; body: T }
  | { ok: false; code: string; retryAfterMs: number | null };

/** What a join brings along, where the room asks for it. */
export type JoinFields = { identity?: string; code?: string };

/** A call that takes longer than this counts as unanswered, in ms. */
const TIMEOUT_MS = 8000;

/** Tells the joins of this page from those of another device, so that one whose answer was lost can be repeated. */
const newJoinKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');

/** The page's calls to its room. Cookies carry the credentials; the page never sees a token of its place. */
export function createCalls(room: string, query: string) {
  const api = `/api/rooms/${room}`;
  const joinKey = newJoinKey();
  return {
    join: (fields: JoinFields) => joinSolving(room, fields, { 'idempotency-key': joinKey }),
    look: () => call<Place>(`${api}/tickets/me`, 'GET'),
    leave: () => call<null>(`${api}/tickets/me`, 'DELETE'),
    ask: () => call<Place | PassGrant>(`${api}/passes${query}`, 'POST'),
    feedToken: () => call<FeedTokenGrant>(`${api}/feed-tokens`, 'POST'),
    board: () => call<Board>(`${api}/board`, 'GET'),
  };
}

/** Whether an answer of `ask` is the pass. */
export const isGrant = (body: Place | PassGrant): body is PassGrant => 'shopUrl' in body;

/** Joins; where the room asks for a challenge, solves it and joins again. */
async function joinSolving(room: string, fields: JoinFields, headers: Record<string, string>): Promise<Answer<Place>> {
  const api = `/api/rooms/${room}`;
  const told = await call<Place>(`${api}/tickets`, 'POST', fields, headers);
  if (told.ok || told.code !== 'challenge_required') return told;
  const challenge = await call<AltchaChallenge | TurnstileTask>(`${api}/challenge`, 'GET');
  if (!challenge.ok) return challenge;
  const task = challenge.body;
  const solved = 'siteKey' in task ? await solveTurnstile(task.siteKey, room) : await solveAltcha(task);
  return solved === null ? told : call<Place>(`${api}/tickets`, 'POST', { ...fields, challenge: solved }, headers);
}

async function call<T>(
  path: string,
  method: string,
  fields: object = {},
  more: Record<string, string> = {},
): Promise<Answer<T>> {
  try {
    const response = await fetch(path, {
      method,
      headers:
        method === 'POST'
          ? { 'content-type': 'application/json', accept: 'application/json', ...more }
          : { accept: 'application/json' },
      ...(method === 'POST' ? { body: JSON.stringify(fields) } : {}),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const body: unknown = response.status === 204 ? null : await response.json();
    // The page trusts its own server's schemas, which are checked where they are made.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- one place, at the rim, for answers of our own server
    if (response.ok) return { ok: true, status: response.status, body: body as T };
    const seconds = Number(response.headers.get('retry-after'));
    return { ok: false, code: codeOf(body), retryAfterMs: seconds > 0 ? seconds * 1000 : null };
  } catch {
    // Offline, timed out, or a proxy's page instead of ours: all of them mean "try again".
    return { ok: false, code: 'no_answer', retryAfterMs: null };
  }
}

const codeOf = (body: unknown): string =>
  typeof body === 'object' && body !== null && 'code' in body && typeof body.code === 'string'
    ? body.code
    : 'no_answer';
