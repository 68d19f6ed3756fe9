import { OperatingError } from '../platform/operating-error.ts';
import type { Clock } from '../platform/clock.ts';
import type { ScriptClient } from './script-client.ts';

/** What all store commands of one request may take together, in ms: the answer must be out within a second (DESIGN §2.7). */
export const STORE_BUDGET_MS = 800;

/**
 * A client whose commands share one time budget, so that three slow commands in a row are as bounded as one. A command that
 * is given up may still take effect: every changing script is idempotent, by its ticket id or its
 * Idempotency-Key.
 */
export function withDeadline(client: ScriptClient, clock: Clock, budgetMs = STORE_BUDGET_MS): ScriptClient {
  const endsAt = clock.nowMs() + budgetMs;
  const bounded = <T>(start: () => Promise<T>): Promise<T> => within(endsAt - clock.nowMs(), start);
  return {
    run: (script, keys, args) => bounded(() => client.run(script, keys, args)),
    get: (key) => bounded(() => client.get(key)),
    isMember: (key, member) => bounded(() => client.isMember(key, member)),
  };
}

async function within<T>(leftMs: number, start: () => Promise<T>): Promise<T> {
  if (leftMs <= 0) throw tooSlow();
  let timer: ReturnType<typeof setTimeout> | null = null;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(tooSlow()), leftMs);
  });
  try {
    return await Promise.race([start(), late]);
  } finally {
    if (timer !== null) clearTimeout(timer);
  }
}

const tooSlow = (): OperatingError =>
  new OperatingError('store_unavailable', {}, { message: "the store used up the request's time" });
