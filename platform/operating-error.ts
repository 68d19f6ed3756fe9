import type { ErrorCode, ProblemDetails } from '../contracts/errors.ts';
import { isRetryable } from '../contracts/errors.ts';

/**
 * The one class for failures that a running system expects: a refusal with a public code, or a store that is away. The
 * message and cause are for the log; only `code` and `details` reach a caller. Anything else thrown is a programmer error.
 */
export class OperatingError extends Error {
  readonly code: ErrorCode;
  readonly details: ProblemDetails;
  readonly retryable: boolean;

  constructor(code: ErrorCode, details: ProblemDetails = {}, options: { message?: string; cause?: unknown } = {}) {
    super(options.message ?? code, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'OperatingError';
    this.code = code;
    this.details = details;
    this.retryable = isRetryable(code);
  }
}
