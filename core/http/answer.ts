import type { CoreContext } from './context.ts';

/** What every answer of ours carries beside its own headers. */
const OWN = { 'x-content-type-options': 'nosniff' };

/**
 * Answers JSON, an object or its text as it stands. All headers stand in the answer from the start, as a plain record: one that is
 * added later makes the server adapter build a whole Web Response, which costs as much as reading the request.
 */
export function sendJson(
  c: CoreContext,
  status: number,
  body: object | string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  c.set('isLabelled', true);
  return new Response(typeof body === 'string' ? body : JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json', ...headers, ...OWN, 'x-request-id': c.get('requestId') },
  });
}

/** Answers 204, with all headers from the start as above: the adapter has no light answer without a body, but one of these is enough. */
export function sendEmpty(c: CoreContext): Response {
  c.set('isLabelled', true);
  return new Response(null, { status: 204, headers: { ...OWN, 'x-request-id': c.get('requestId') } });
}

/** Adds our headers to an answer that `sendJson` did not make. */
export function labelAnswer(c: CoreContext): void {
  if (c.get('isLabelled') === true) return;
  for (const [name, value] of Object.entries(OWN)) c.header(name, value);
  c.header('x-request-id', c.get('requestId'));
}
