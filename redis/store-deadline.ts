import { afterLoopTime, type LoopTimer } from '../platform/loop-time.ts';
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
  const startedAt = clock.nowMs();
  // By the loop, so that a process that is too busy to read a reply does not take its store for slow; commands at once count once.
  let usedMs = 0;
  const bounded = async <T>(start: () => Promise<T>): Promise<T> => {
    const leftMs = budgetMs - Math.min(usedMs, clock.nowMs() - startedAt);
    if (leftMs <= 0) throw tooSlow();
    let timer: LoopTimer | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = afterLoopTime(leftMs, () => reject(tooSlow()));
    });
    try {
      return await Promise.race([start(), late]);
    } finally {
      usedMs += timer?.usedMs() ?? 0;
      timer?.cancel();
    }
  };
  return {
    run: (script, keys, args) => bounded(() => client.run(script, keys, args)),
    get: (key) => bounded(() => client.get(key)),
    isMember: (key, member) => bounded(() => client.isMember(key, member)),
  };
}

const tooSlow = (): OperatingError =>
  new OperatingError('store_unavailable', {}, { message: "the store used up the request's time" });
