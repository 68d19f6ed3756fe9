import { throughGate } from './pool-gate.ts';
import { OperatingError } from '../../platform/operating-error.ts';

/** How long a pool may finish nothing at all before it counts as away, ms: inside the one second of DESIGN §2.7. */
const STALLED_MS = 850;
/** How often a waiting write looks, ms. */
const LOOK_EVERY_MS = 50;

/** Writes that each pool has finished so far. */
const finished = new WeakMap<object, number>();

/** What a write knows of whoever waits for it. Once `isRefused`, the caller was told no: what has not begun must not begin. */
export type Turn = { isRefused: boolean };

/** Throws `store_unavailable` when the caller was answered already; the first act of a transaction, which its BEGIN may reach late. */
export function requireWaiting(turn: Turn): void {
  if (turn.isRefused)
    throw new OperatingError('store_unavailable', {}, { message: 'its caller was refused before it began' });
}

/**
 * Waits for a write as long as its pool gets anything done, then throws `store_unavailable`: a crowd at one row is no outage, a
 * Postgres that hangs is. A write that had begun may still happen: only for writes that a second request with the same key finds
 * again. `stalledAfterMs` is longer for a single write that is large by itself. Throws `busy`, having begun nothing, when the pool's gate is full (`maxInHand`, where it is not the usual one).
 */
export async function whileProgressing<T>(
  pool: object,
  write: (turn: Turn) => Promise<T>,
  maxInHand?: number,
  stalledAfterMs = STALLED_MS,
): Promise<T> {
  const turn: Turn = { isRefused: false };
  let timer: NodeJS.Timeout | undefined;
  const stalled = new Promise<never>((_resolve, reject) => {
    let [seen, stalledMs] = [finished.get(pool), 0];
    // Counted by looks, not by the clock: a process too busy to look has not given its pool the time to finish anything.
    timer = setInterval(() => {
      stalledMs = finished.get(pool) === seen ? stalledMs + LOOK_EVERY_MS : 0;
      seen = finished.get(pool);
      if (stalledMs < stalledAfterMs) return;
      turn.isRefused = true;
      reject(
        new OperatingError('store_unavailable', { retryAfterSeconds: 1 }, { message: 'Postgres finishes nothing' }),
      );
    }, LOOK_EVERY_MS);
  });
  try {
    const work = () => write(turn).finally(() => finished.set(pool, (finished.get(pool) ?? 0) + 1));
    const written = throughGate(pool, work, maxInHand);
    return await Promise.race([written, stalled]);
  } finally {
    clearInterval(timer);
  }
}
