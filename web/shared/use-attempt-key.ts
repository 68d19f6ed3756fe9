import { useRef } from 'preact/hooks';
import { newIdempotencyKey } from './api-client.ts';

/**
 * The `Idempotency-Key` of a call that somebody may press again: the same `what` keeps its key, so that a lost answer costs no second
 * booking; whatever else is asked gets another. `forget` once an answer is there that the next press must not get again.
 */
export function useAttemptKey(): { keyFor: (what: unknown) => string; forget: () => void } {
  const attempt = useRef({ what: '', key: '' });
  return {
    keyFor(what) {
      const text = JSON.stringify(what);
      if (attempt.current.what !== text) attempt.current = { what: text, key: newIdempotencyKey() };
      return attempt.current.key;
    },
    forget() {
      attempt.current = { what: '', key: '' };
    },
  };
}
