import type { FieldError, Problem } from '../../contracts/errors.ts';

/** A refusal as a page sees it; `code` is one of the closed list, or `network` when no answer came. */
export type ApiProblem = {
  code: string;
  status: number;
  detail: string;
  errors: FieldError[];
  /** When it is worth trying again, where the server said so. */
  retryAfterSeconds?: number;
  /** The whole problem document, with the members that belong to the code (`seats`, `limit`, `available`). */
  document: Partial<Problem>;
};

export type Answer<T> = { ok: true; status: number; data: T; etag: string | null } | { ok: false; problem: ApiProblem };

export type Call = {
  method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  body?: object;
  /** Sent as `Authorization: Bearer`. */
  token?: string;
  headers?: Record<string, string>;
  /** Names one intention of the visitor: the same for every try of it (`newIdempotencyKey`). */
  idempotencyKey?: string;
  signal?: AbortSignal;
};

/** Tries after the first one: with the waits below, about 10 s in all. */
const MAX_RETRIES = 3;
/** A longer `Retry-After` than this is left to the visitor, in ms. */
const MAX_WAIT_MS = 5000;

/** A fresh key for one intention. */
export const newIdempotencyKey = (): string =>
  crypto.randomUUID?.() ?? `${Date.now()}-${Math.random().toString(36).slice(2)}`;

/**
 * Calls the API of this origin. Expected refusals are values. 503, 429 and lost connections are tried again after
 * `Retry-After`, but only where a repetition is harmless: reads, and calls with an idempotency key.
 */
export async function callApi<T>(path: string, call: Call = {}): Promise<Answer<T>> {
  const harmless = (call.method ?? 'GET') === 'GET' || call.idempotencyKey !== undefined;
  for (let attempt = 0; ; attempt += 1) {
    const { answer, retryAfter } = await callOnce<T>(path, call);
    if (answer.ok || call.signal?.aborted === true) return answer;
    const waitMs = harmless ? retryDelayMs(answer.problem, retryAfter, attempt) : null;
    if (waitMs === null) return answer;
    await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
}

/** How long to wait before the next try, in ms; null when there should be none. */
export function retryDelayMs(
  problem: Pick<ApiProblem, 'status' | 'code'>,
  retryAfter: string | null,
  attempt: number,
): number | null {
  const isPassing = problem.status === 503 || problem.status === 0 || problem.code === 'idempotency_key_in_flight';
  if (!isPassing || attempt >= MAX_RETRIES) return null;
  const seconds = Number(retryAfter);
  const waitMs = retryAfter !== null && Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : 500 * 2 ** attempt;
  // A little chance keeps those who were refused together from coming back together.
  return waitMs > MAX_WAIT_MS ? null : waitMs * (1 + Math.random() / 4);
}

async function callOnce<T>(path: string, call: Call): Promise<{ answer: Answer<T>; retryAfter: string | null }> {
  const method = call.method ?? 'GET';
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers: headersOf(call, method),
      credentials: 'same-origin',
      ...(method === 'POST' || method === 'PATCH' ? { body: JSON.stringify(call.body ?? {}) } : {}),
      ...(call.signal ? { signal: call.signal } : {}),
    });
  } catch {
    return { answer: { ok: false, problem: NO_CONNECTION }, retryAfter: null };
  }
  const retryAfter = response.headers.get('retry-after');
  try {
    if (!response.ok) return { answer: { ok: false, problem: await readProblem(response) }, retryAfter };
    const data = await readJson<T>(response);
    return { answer: { ok: true, status: response.status, data, etag: response.headers.get('etag') }, retryAfter };
  } catch {
    return { answer: { ok: false, problem: NO_CONNECTION }, retryAfter };
  }
}

const NO_CONNECTION: ApiProblem = {
  code: 'network',
  status: 0,
  detail: 'There is no connection right now.',
  errors: [],
  document: {},
};

function headersOf(call: Call, method: string): Record<string, string> {
  return {
    accept: 'application/json',
    // Calls that change something are refused without it, also those without a body.
    ...(method === 'GET' ? {} : { 'content-type': 'application/json' }),
    ...(call.token === undefined ? {} : { authorization: `Bearer ${call.token}` }),
    ...(call.idempotencyKey === undefined ? {} : { 'idempotency-key': call.idempotencyKey }),
    ...call.headers,
  };
}

async function readProblem(response: Response): Promise<ApiProblem> {
  const isProblem = response.headers.get('content-type')?.includes('json') === true;
  const document = isProblem ? await readJson<Partial<Problem>>(response) : {};
  const seconds = Number(response.headers.get('retry-after') ?? 0);
  return {
    ...(seconds > 0 ? { retryAfterSeconds: seconds } : {}),
    code: document.code ?? 'internal',
    status: response.status,
    detail: document.detail ?? 'Something went wrong on our side.',
    errors: document.errors ?? [],
    document,
  };
}

/** Pages trust the shapes of their own origin (contracts/): a schema library would weigh more than the page. */
async function readJson<T>(response: Response): Promise<T> {
  const text = await response.text();
  // oxlint-disable-next-line typescript/no-unsafe-return -- The one place where an answer gets its contract's type.
  return JSON.parse(text === '' ? 'null' : text);
}
