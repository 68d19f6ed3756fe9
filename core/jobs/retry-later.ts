import { OperatingError } from '../../platform/operating-error.ts';
import { storeFailureOf } from '../http/store-failure.ts';

/** Attempts after which a row that fails for no known reason waits for a person, and the pauses between them, ms: about half an hour. */
const MAX_ATTEMPTS = 30;
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 60_000;

/**
 * What becomes of a row whose `attempts`-th try failed; `retryInMs` null lays it aside. While a provider or a store is away it is
 * tried as long as that lasts: nobody's refund may depend on how long an outage is. A payload nobody can read stays unreadable.
 */
export function retryLater(error: unknown, attempts: number): { error: string; retryInMs: number | null } {
  const message = (error instanceof Error ? error.message : String(error)).slice(0, 300);
  const isOutage = (error instanceof OperatingError && error.retryable) || storeFailureOf(error) !== null;
  const isHopeless = error instanceof TypeError || (attempts >= MAX_ATTEMPTS && !isOutage);
  // The exponent is bounded, since attempts are not.
  const pauseMs = FIRST_PAUSE_MS * 2 ** Math.min(attempts - 1, 10);
  return { error: message, retryInMs: isHopeless ? null : Math.min(pauseMs, LONGEST_PAUSE_MS) };
}
