import {
  BrokenCircuitError,
  circuitBreaker,
  ConsecutiveBreaker,
  handleAll,
  isBrokenCircuitError,
  TaskCancelledError,
  timeout,
  TimeoutStrategy,
  wrap,
} from 'cockatiel';
import { OperatingError } from '../../platform/operating-error.ts';

/** How long the provider may take, ms: a buyer waits for a redirect, and a job gets its next turn. */
const TIMEOUT_MS = 2000;
/** Failures in a row after which calls fail at once, and how long until one is tried again, ms. */
const BREAK_AFTER = 5;
const HALF_OPEN_AFTER_MS = 2000;

export type ProviderAnswer = { status: number; body: unknown };
export type ProviderCall = (
  method: 'GET' | 'POST',
  path: string,
  body?: object,
  idempotencyKey?: string,
) => Promise<ProviderAnswer>;

/**
 * Calls a provider's JSON API through a time-out and a circuit breaker. Answers below 500 are values, 4xx included; all else is
 * `payment_provider_unavailable`. Nothing is repeated here: jobs and buyers come back by themselves.
 */
export function createProviderCall(baseUrl: string, fetcher: typeof fetch = fetch): ProviderCall {
  const breaker = circuitBreaker(handleAll, {
    halfOpenAfter: HALF_OPEN_AFTER_MS,
    breaker: new ConsecutiveBreaker(BREAK_AFTER),
  });
  const policy = wrap(breaker, timeout(TIMEOUT_MS, TimeoutStrategy.Aggressive));
  return async (method, path, body, idempotencyKey) => {
    try {
      return await policy.execute(async ({ signal }) => {
        const answer = await fetcher(new URL(path, baseUrl), {
          method,
          signal,
          headers: {
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
            ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
          },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
        if (answer.status >= 500) throw new Error(`the provider answered ${answer.status}`);
        const parsed: unknown = await answer.json();
        return { status: answer.status, body: parsed };
      });
    } catch (error) {
      throw new OperatingError(
        'payment_provider_unavailable',
        { retryAfterSeconds: 2 },
        { message: whyOf(error), cause: error },
      );
    }
  };
}

function whyOf(error: unknown): string {
  if (error instanceof BrokenCircuitError || isBrokenCircuitError(error))
    return 'the provider failed before and is given a rest';
  // Not the library's isTaskCancelledError, which looks for another error's mark.
  if (error instanceof TaskCancelledError) return `the provider took longer than ${TIMEOUT_MS} ms`;
  return 'the provider could not be asked';
}
