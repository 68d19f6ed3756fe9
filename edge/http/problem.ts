import type { ErrorCode, ProblemDetails } from '../../contracts/errors.ts';
import { ERRORS, problemHeaders, toProblem } from '../../contracts/errors.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import type { EdgeContext } from './context.ts';

/** The problem document of a code as an answer of this request (RFC 9457). */
export function problem(c: EdgeContext, code: ErrorCode, details: ProblemDetails = {}): Response {
  const body = JSON.stringify(toProblem(code, c.get('requestId'), details));
  for (const [name, value] of Object.entries(problemHeaders(code, details))) c.header(name, value);
  return c.body(body, ERRORS[code].status);
}

/**
 * What a thrown value is told as: an operating error by its code, anything else as `internal`. Only the log hears more.
 */
export function toRefusal(c: EdgeContext, error: unknown): { code: ErrorCode; details: ProblemDetails } {
  const { log } = c.get('ports');
  const where = { requestId: c.get('requestId'), method: c.req.method, path: c.req.path };
  if (error instanceof OperatingError) {
    if (ERRORS[error.code].status >= 500) log.warn({ ...where, code: error.code, reason: error.message }, 'refused');
    return { code: error.code, details: error.details };
  }
  log.error({ ...where, err: error }, 'failed');
  return { code: 'internal', details: {} };
}
