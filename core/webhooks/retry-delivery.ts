/** Attempts after which a delivery waits for a person, the first pause and the longest, seconds: over two days in all. */
const MAX_ATTEMPTS = 12;
const FIRST_PAUSE_SECONDS = 5;
const LONGEST_PAUSE_SECONDS = 12 * 3600;

/** The least pause after the `attempts`-th failure, ms, or null when the delivery is laid aside. */
export function retryInMs(attempts: number): number | null {
  if (attempts >= MAX_ATTEMPTS) return null;
  return Math.min(FIRST_PAUSE_SECONDS * 4 ** (attempts - 1), LONGEST_PAUSE_SECONDS) * 1000;
}
