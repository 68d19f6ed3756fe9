import { setTimeout as sleep } from 'node:timers/promises';

/** One answer, read to its end. `body` is parsed JSON, or text where it is none. */
export type Answer = { status: number; headers: Headers; body: Record<string, unknown>; text: string };

/** One call as an API client makes it: JSON in, JSON out, no redirects followed, no retries. */
export async function call(
  method: string,
  url: string,
  options: { body?: unknown; rawBody?: string; bearer?: string; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const body = options.rawBody ?? (options.body === undefined ? undefined : JSON.stringify(options.body));
  const response = await fetch(url, {
    method,
    redirect: 'manual',
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(options.bearer === undefined ? {} : { authorization: `Bearer ${options.bearer}` }),
      ...options.headers,
    },
    ...(body === undefined ? {} : { body }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: parse(text), text };
}

/** How long an honest client goes on asking again, in ms. */
const PATIENCE_MS = 30_000;

/** A call that does what `Retry-After` says on 503, as every client should; changing calls bring a key or a ticket along. */
export async function callPatiently(...args: Parameters<typeof call>): Promise<Answer> {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    const answer = await call(...args);
    if (answer.status !== 503 || Date.now() > until) return answer;
    await sleep(1000 * Number(answer.headers.get('retry-after') ?? 1));
  }
}

/** An Idempotency-Key nobody used before. */
export const freshKey = (): { 'idempotency-key': string } => ({ 'idempotency-key': crypto.randomUUID() });

/** A text field of an answer; anything else fails with the whole answer. */
export function textOf(answer: Answer, field: string): string {
  const value = answer.body[field];
  if (typeof value !== 'string') throw new Error(`no ${field} in ${answer.status} ${answer.text}`);
  return value;
}

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
