import { withinLoopTime } from '../platform/loop-time.ts';
import { OperatingError } from '../platform/operating-error.ts';
import type { Clock } from '../platform/clock.ts';
import { COMMAND_TIMEOUT_MS, type Bound, type OneOfMany, type ScriptClient } from './script-client.ts';

/** What all store commands of one request may take together, in ms: the answer must be out within a second (DESIGN §2.7). */
export const STORE_BUDGET_MS = 800;

/**
 * A client whose commands share one time budget, so that three slow commands in a row are as bounded as one. A command that
 * is given up may still take effect: every changing script is idempotent, by its ticket id or its
 * Idempotency-Key.
 */
export function withDeadline(bounded: ScriptClient, clock: Clock, budgetMs = STORE_BUDGET_MS): ScriptClient {
  const client = bounded.unbounded ?? bounded;
  const startedAt = clock.nowMs();
  // By the loop, so that a process that is too busy to read a reply does not take its store for slow; commands at once count once.
  let usedMs = 0;
  const within = <T>(start: () => Promise<T>): Promise<T> => {
    const leftMs = budgetMs - Math.min(usedMs, clock.nowMs() - startedAt);
    if (leftMs <= 0) return Promise.reject(tooSlow());
    return withinLoopTime(leftMs, start, tooSlow, (ms) => (usedMs += ms));
  };
  return boundedBy(within, client);
}

/**
 * When a connection gives a command up by the clock, ms, where `boundEach` and `withDeadline` answer whoever waits long before, by the
 * loop's time: a process in a rush is no store that is away.
 */
export const CONNECTION_TIMEOUT_MS = 4000;

/**
 * A client each of whose commands is given up after `COMMAND_TIMEOUT_MS` of the loop's time. The connection's own time-out goes by the
 * clock, and gives up commands whose replies are there but not read yet: set it far beyond, to `CONNECTION_TIMEOUT_MS`.
 */
export function boundEach(client: ScriptClient): ScriptClient {
  const within = <T>(start: () => Promise<T>): Promise<T> => withinLoopTime(COMMAND_TIMEOUT_MS, start, tooSlow);
  const { runTogether } = client;
  const together = runTogether && { runTogether: (request: OneOfMany) => runTogether(request, within) };
  return { ...boundedBy(within, client), ...together, unbounded: client };
}

function boundedBy(within: Bound, client: ScriptClient): ScriptClient {
  return {
    run: (script, keys, args) => within(() => client.run(script, keys, args)),
    get: (key) => within(() => client.get(key)),
    isMember: (key, member) => within(() => client.isMember(key, member)),
  };
}

const tooSlow = (): OperatingError =>
  new OperatingError('store_unavailable', {}, { message: "the store used up the request's time" });
