import { ERRORS, problemHeaders, toProblem, type ErrorCode, type ProblemDetails } from '../../contracts/errors.ts';
import type { Logger } from '../../platform/log.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import { send, type HttpAnswer } from './answer.ts';
import type { CoreContext } from './context.ts';
import { isUntakable, storeFailureOf } from './store-failure.ts';

/** What names a request in an answer and in the log. */
export type RequestName = { requestId: string; method: string; path: string };

/** A problem document as an answer (RFC 9457), with headers of its own where a code asks for some. */
export const problemAnswer = (
  requestId: string,
  code: ErrorCode,
  details: ProblemDetails = {},
  headers: Record<string, string> = {},
): HttpAnswer => ({
  status: ERRORS[code].status,
  body: toProblem(code, requestId, details),
  headers: { ...problemHeaders(code, details), ...headers },
});

/** The same, sent. */
export const problem = (
  c: CoreContext,
  code: ErrorCode,
  details: ProblemDetails = {},
  headers: Record<string, string> = {},
): Response => send(c, problemAnswer(c.get('requestId'), code, details, headers));

/** The problem of whatever a handler threw, sent. */
export const problemOfError = (c: CoreContext, error: unknown, log: Logger): Response =>
  send(c, answerOfError({ requestId: c.get('requestId'), method: c.req.method, path: c.req.path }, error, log));

/**
 * Turns whatever a handler threw into a problem: a refusal keeps its code, a store that is away is 503, anything else is a
 * fault of ours, whose stack goes to the log and nowhere else.
 */
export function answerOfError({ requestId, method, path }: RequestName, error: unknown, log: Logger): HttpAnswer {
  if (error instanceof OperatingError) {
    if (ERRORS[error.code].status >= 500) log.warn({ err: error, requestId }, error.code);
    return problemAnswer(requestId, error.code, error.details);
  }
  const store = storeFailureOf(error);
  if (store !== null) {
    log.warn({ requestId, store, path }, 'store unavailable');
    return problemAnswer(requestId, 'store_unavailable', { retryAfterSeconds: 1 });
  }
  // A sender's doing: it must not count as a failure of ours, by which admission is slowed.
  if (isUntakable(error)) {
    log.warn({ err: scrub(error), requestId, path }, 'a value that Postgres does not take');
    return problemAnswer(requestId, 'invalid_request', {
      errors: [{ path: '', message: 'holds a value that is no text or no date' }],
    });
  }
  log.error({ err: scrub(error), requestId, method, path }, 'internal error');
  return problemAnswer(requestId, 'internal');
}

/** A failed query carries its statement and parameters (names, addresses): only message, code and stack are kept. */
function scrub(error: unknown): unknown {
  if (!(error instanceof Error)) return String(error);
  const root = error.cause instanceof Error ? error.cause : error;
  return { type: root.name, message: root.message, code: 'code' in root ? root.code : undefined, stack: root.stack };
}
