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

/** Runs calls of a provider, and says `payment_provider_unavailable` of whatever fails in them. */
export type ProviderGuard = <T>(call: (signal: AbortSignal) => Promise<T>) => Promise<T>;

/**
 * A time-out and a circuit breaker for the calls of one provider. Nothing is repeated here: jobs and buyers come back by themselves. A
 * call that was refused has to return that as a value: what throws counts as an outage.
 */
export function createProviderGuard(timeoutMs: number): ProviderGuard {
  const breaker = circuitBreaker(handleAll, {
    halfOpenAfter: HALF_OPEN_AFTER_MS,
    breaker: new ConsecutiveBreaker(BREAK_AFTER),
  });
  const policy = wrap(breaker, timeout(timeoutMs, TimeoutStrategy.Aggressive));
  return async (call) => {
    try {
      // A signal of its own: on the library's, which all calls share, listeners would gather.
      return await policy.execute(({ signal }) => call(signal), new AbortController().signal);
    } catch (error) {
      const details = { message: whyOf(error, timeoutMs), cause: error };
      throw new OperatingError('payment_provider_unavailable', { retryAfterSeconds: 2 }, details);
    }
  };
}

/** Calls a provider's JSON API under such a guard. Answers below 500 are values, 4xx included. */
export function createProviderCall(baseUrl: string, fetcher: typeof fetch = fetch): ProviderCall {
  const guard = createProviderGuard(TIMEOUT_MS);
  return (method, path, body, idempotencyKey) =>
    guard(async (signal) => {
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
}

function whyOf(error: unknown, timeoutMs: number): string {
  if (error instanceof BrokenCircuitError || isBrokenCircuitError(error))
    return 'the provider failed before and is given a rest';
  // Not the library's isTaskCancelledError, which looks for another error's mark.
  if (error instanceof TaskCancelledError) return `the provider took longer than ${timeoutMs} ms`;
  return 'the provider could not be asked';
}
