import { throughGate } from './pool-gate.ts';
import { OperatingError } from '../../platform/operating-error.ts';

/** How long a pool may finish nothing at all before it counts as away, ms: inside the one second of DESIGN §2.7. */
const STALLED_MS = 850;
/** How often a waiting write looks, ms. */
const LOOK_EVERY_MS = 50;

/** What is seen of a pool: looks so far, the one after which it last finished a write, and who waits for it. */
type Watch = { looks: number; progressAt: number; waiting: Set<Waiter>; timer: NodeJS.Timeout | null };
type Waiter = { since: number; looksAllowed: number; giveUp: () => void };

const watches = new WeakMap<object, Watch>();

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
export function whileProgressing<T>(
  pool: object,
  write: (turn: Turn) => Promise<T>,
  maxInHand?: number,
  stalledAfterMs = STALLED_MS,
): Promise<T> {
  const turn: Turn = { isRefused: false };
  const watch = watchOf(pool);
  return new Promise((resolve, reject) => {
    const waiter: Waiter = {
      since: watch.looks,
      looksAllowed: Math.ceil(stalledAfterMs / LOOK_EVERY_MS),
      giveUp() {
        turn.isRefused = true;
        leave(watch, waiter);
        const message = 'Postgres finishes nothing';
        reject(new OperatingError('store_unavailable', { retryAfterSeconds: 1 }, { message }));
      },
    };
    enter(watch, waiter);
    const begin = async (): Promise<T> => {
      try {
        return await write(turn);
      } finally {
        watch.progressAt = watch.looks;
      }
    };
    const end =
      <V>(settle: (value: V) => void) =>
      (value: V) => {
        leave(watch, waiter);
        settle(value);
      };
    throughGate(pool, begin, maxInHand).then(end(resolve), end(reject));
  });
}

function watchOf(pool: object): Watch {
  const known = watches.get(pool);
  if (known !== undefined) return known;
  const watch: Watch = { looks: 0, progressAt: 0, waiting: new Set(), timer: null };
  watches.set(pool, watch);
  return watch;
}

/** One timer looks for all who wait for a pool. Looks are counted, not the clock: a process too busy to look has not given its pool the time to finish anything. */
function enter(watch: Watch, waiter: Waiter): void {
  watch.waiting.add(waiter);
  watch.timer ??= setInterval(() => look(watch), LOOK_EVERY_MS);
}

function leave(watch: Watch, waiter: Waiter): void {
  watch.waiting.delete(waiter);
  if (watch.waiting.size > 0 || watch.timer === null) return;
  clearInterval(watch.timer);
  watch.timer = null;
}

/** The first look after somebody came, or after progress, may be as soon as that: it counts for nothing. */
function look(watch: Watch): void {
  watch.looks += 1;
  for (const waiter of watch.waiting)
    if (watch.looks - Math.max(waiter.since, watch.progressAt) > waiter.looksAllowed) waiter.giveUp();
}
