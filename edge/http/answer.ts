import { generateCookie } from 'hono/cookie';
import type { EdgeContext } from './context.ts';
import { BASE_HEADERS } from './security-headers.ts';

type CookieAttributes = NonNullable<Parameters<typeof generateCookie>[2]>;

/** Notes a cookie that the answer of this request is to set; the answer may be made before or after. */
export function noteCookie(c: EdgeContext, name: string, value: string, attributes: CookieAttributes): void {
  const cookie = generateCookie(name, value, attributes);
  const noted = c.get('cookies');
  if (noted === undefined) c.set('cookies', [cookie]);
  else noted.push(cookie);
}

/**
 * An answer made in one piece, with the headers of every answer and the noted cookies in it: the way of the calls that come in crowds.
 * It takes no header that was set on the context before. Each header added to a finished answer costs both runtimes a copy or a conversion
 * of all of them.
 */
export function answerWhole(
  c: EdgeContext,
  body: string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> | null,
  status: number,
  headers: Record<string, string>,
): Response {
  c.set('isWhole', true);
  const all = { ...headers, ...headersOfAll(c) };
  // Workers would pack bytes again that bear a coding (`encodeBody`); Node does not know the word.
  const packed = typeof body === 'string' || body === null ? {} : { encodeBody: 'manual' as const };
  const [first, ...others] = c.get('cookies') ?? [];
  if (first === undefined) return new Response(body, { status, headers: all, ...packed });
  if (others.length === 0) return new Response(body, { status, headers: { ...all, 'set-cookie': first }, ...packed });
  const cookies = [first, ...others].map((cookie): [string, string] => ['set-cookie', cookie]);
  return new Response(body, { status, headers: [...Object.entries(all), ...cookies], ...packed });
}

/** Gives any other answer the headers of every answer and the noted cookies. */
export function complete(c: EdgeContext, answer: Response): Response {
  if (c.get('isWhole') === true) return answer;
  for (const [name, value] of Object.entries(headersOfAll(c))) answer.headers.set(name, value);
  for (const cookie of c.get('cookies') ?? []) answer.headers.append('set-cookie', cookie);
  return answer;
}

const headersOfAll = (c: EdgeContext): Record<string, string> => ({
  ...BASE_HEADERS,
  date: dateOf(c.get('ports').clock.nowMs()),
  'x-request-id': c.get('requestId'),
});

let lastDate = { second: -1, text: '' };

/** The `Date` of an answer (RFC 9110 §6.6.1); written once a second, however many answers bear it. */
export function dateOf(nowMs: number): string {
  const second = Math.floor(nowMs / 1000);
  if (second !== lastDate.second) lastDate = { second, text: new Date(nowMs).toUTCString() };
  return lastDate.text;
}
