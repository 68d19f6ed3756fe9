import { ERRORS, problemHeaders, toProblem, type ErrorCode, type ProblemDetails } from '../../contracts/errors.ts';
import type { Logger } from '../../platform/log.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import { sendJson } from './answer.ts';
import type { CoreContext } from './context.ts';
import { isUntakable, storeFailureOf } from './store-failure.ts';

/** A problem document as the answer to a request (RFC 9457), with headers of its own where a code asks for some. */
export function problem(
  c: CoreContext,
  code: ErrorCode,
  details: ProblemDetails = {},
  headers: Record<string, string> = {},
): Response {
  const document = toProblem(code, c.get('requestId'), details);
  return sendJson(c, ERRORS[code].status, document, { ...problemHeaders(code, details), ...headers });
}

/**
 * Turns whatever a handler threw into a problem: a refusal keeps its code, a store that is away is 503, anything else is a
 * fault of ours, whose stack goes to the log and nowhere else.
 */
export function problemOfError(c: CoreContext, error: unknown, log: Logger): Response {
  if (error instanceof OperatingError) {
    if (ERRORS[error.code].status >= 500) log.warn({ err: error, requestId: c.get('requestId') }, error.code);
    return problem(c, error.code, error.details);
  }
  const store = storeFailureOf(error);
  if (store !== null) {
    log.warn({ requestId: c.get('requestId'), store, path: c.req.path }, 'store unavailable');
    return problem(c, 'store_unavailable', { retryAfterSeconds: 1 });
  }
  // A sender's doing: it must not count as a failure of ours, by which admission is slowed.
  if (isUntakable(error)) {
    log.warn(
      { err: scrub(error), requestId: c.get('requestId'), path: c.req.path },
      'a value that Postgres does not take',
    );
    return problem(c, 'invalid_request', {
      errors: [{ path: '', message: 'holds a value that is no text or no date' }],
    });
  }
  log.error(
    { err: scrub(error), requestId: c.get('requestId'), method: c.req.method, path: c.req.path },
    'internal error',
  );
  return problem(c, 'internal');
}

/** A failed query carries its statement and parameters (names, addresses): only message, code and stack are kept. */
function scrub(error: unknown): unknown {
  if (!(error instanceof Error)) return String(error);
  const root = error.cause instanceof Error ? error.cause : error;
  return { type: root.name, message: root.message, code: 'code' in root ? root.code : undefined, stack: root.stack };
}
