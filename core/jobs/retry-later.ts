/** Attempts after which a row waits for a person instead, and the pauses between them, ms: together about two hours. */
const MAX_ATTEMPTS = 30;
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 300_000;

/** What becomes of a row whose `attempts`-th try failed; `retryInMs` null lays it aside. A payload nobody can read stays unreadable. */
export function retryLater(error: unknown, attempts: number): { error: string; retryInMs: number | null } {
  const message = (error instanceof Error ? error.message : String(error)).slice(0, 300);
  const isHopeless = error instanceof TypeError || attempts >= MAX_ATTEMPTS;
  return {
    error: message,
    retryInMs: isHopeless ? null : Math.min(FIRST_PAUSE_MS * 2 ** (attempts - 1), LONGEST_PAUSE_MS),
  };
}
