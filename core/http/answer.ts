import type { CoreContext } from './context.ts';

/**
 * An answer before it is sent: JSON, as an object, as its text or as bytes that are ready (shared between answers, never changed), or no
 * body at all; `headers` beside those that every answer has.
 */
export type HttpAnswer = {
  status: number;
  body: object | string | Uint8Array<ArrayBuffer> | null;
  headers?: Readonly<Record<string, string>>;
};

/** What every answer of ours carries beside its own headers. */
const OWN = { 'x-content-type-options': 'nosniff' };

/** All headers of an answer. */
export const answerHeaders = ({ body, headers }: HttpAnswer, requestId: string): Record<string, string> =>
  body === null
    ? { ...headers, ...OWN, 'x-request-id': requestId }
    : { 'content-type': 'application/json', ...headers, ...OWN, 'x-request-id': requestId };

/** The same as names and values in turn, which Node writes as they stand. */
export function headerList({ body, headers = {} }: HttpAnswer, requestId: string): string[] {
  const list = ['x-content-type-options', 'nosniff', 'x-request-id', requestId];
  if (body !== null && headers['content-type'] === undefined) list.push('content-type', 'application/json');
  for (const [name, value] of Object.entries(headers)) list.push(name, value);
  return list;
}

/** Its body as it is written. */
export const answerBody = ({ body }: HttpAnswer): string | Uint8Array | null =>
  body === null || typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);

/**
 * Sends an answer through the router. All headers stand in it from the start, as a plain record: one that is added later makes the
 * server adapter build a whole Web Response, which costs as much as reading the request. The adapter has no light answer without a
 * body, but one Response is enough.
 */
export function send(c: CoreContext, answer: HttpAnswer): Response {
  c.set('isLabelled', true);
  return new Response(answerBody(answer), {
    status: answer.status,
    headers: answerHeaders(answer, c.get('requestId')),
  });
}

/** Answers JSON, an object or its text as it stands. */
export const sendJson = (
  c: CoreContext,
  status: number,
  body: object | string,
  headers: Readonly<Record<string, string>> = {},
): Response => send(c, { status, body, headers });

/** Adds our headers to an answer that `send` did not make. */
export function labelAnswer(c: CoreContext): void {
  if (c.get('isLabelled') === true) return;
  for (const [name, value] of Object.entries(OWN)) c.header(name, value);
  c.header('x-request-id', c.get('requestId'));
}
