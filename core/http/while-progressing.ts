import { OperatingError } from '../../platform/operating-error.ts';

/** How long a pool may finish nothing at all before it counts as away, ms: inside the one second of DESIGN §2.7. */
const STALLED_MS = 850;
/** How often a waiting write looks, ms. */
const LOOK_EVERY_MS = 50;

const lastProgress = new WeakMap<object, number>();

/**
 * Waits for a write as long as its pool gets anything done, then throws `store_unavailable`: a crowd at one row is no outage, a
 * Postgres that hangs is. The write itself may still happen: only for writes that a second request with the same key finds again.
 */
export async function whileProgressing<T>(pool: object, write: Promise<T>): Promise<T> {
  const startedAt = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const stalled = new Promise<never>((_resolve, reject) => {
    timer = setInterval(() => {
      const since = Math.max(startedAt, lastProgress.get(pool) ?? 0);
      if (performance.now() - since < STALLED_MS) return;
      reject(
        new OperatingError('store_unavailable', { retryAfterSeconds: 1 }, { message: 'Postgres finishes nothing' }),
      );
    }, LOOK_EVERY_MS);
  });
  try {
    return await Promise.race([write.finally(() => lastProgress.set(pool, performance.now())), stalled]);
  } finally {
    clearInterval(timer);
  }
}
