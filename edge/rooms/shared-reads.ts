import type { Clock } from '../../platform/clock.ts';
import { createRecentMap, type WeightBound } from '../../platform/recent-map.ts';

/** How long a request waits for another request's read before it reads by itself, in ms. */
const WAIT_FOR_OTHER_MS = 800;
/** How often it looks, in ms. */
const LOOK_EVERY_MS = 5;
/** Keys with a value kept at most; the one used longest ago goes first. */
const MAX_KEYS = 2000;
/** Keys without one: they are being read, or could not be. Made-up room names stay among these and push out each other only. */
const MAX_UNKNOWN = 500;

export type SharedReadsOptions<T> = {
  clock: Clock;
  /** Whether a value read at `readAtMs` still serves. */
  isFresh: (value: T, readAtMs: number, nowMs: number) => boolean;
  /** How long a failed read answers for the next ones, in ms: an absent store must not be asked by everyone at once. */
  failureMs: number;
  /** Whether a value is worth keeping once its reader has it; each is unless this says otherwise. */
  isKept?: (value: T) => boolean;
  /** Keys with a value that are kept at most, where values are large. */
  maxKeys?: number;
  /** What the kept ones may weigh together, where some are much larger than others. */
  weight?: WeightBound<T>;
};

export type SharedReads<T> = {
  /** The value, read when it is not fresh, by one request at a time. Throws what the read threw. */
  get(key: string, read: () => Promise<T>): Promise<T>;
  /** The last value that was read, however old. */
  last(key: string): T | undefined;
  /** The value while it serves; nobody is asked. */
  fresh(key: string): { value: T; readAtMs: number } | undefined;
  put(key: string, value: T): void;
};

type Entry<T> = {
  known?: { value: T; readAtMs: number };
  readingSinceMs?: number;
  failure?: { error: unknown; atMs: number };
};

/**
 * Values that the requests of one isolate share. The value is shared, never the promise: workerd binds a promise to the request
 * that began it, and one that is cut off would leave the others waiting for ever.
 */
export function createSharedReads<T>(options: SharedReadsOptions<T>): SharedReads<T> {
  const { clock, isFresh, failureMs, maxKeys = MAX_KEYS, weight, isKept = () => true } = options;
  const known = createRecentMap<Entry<T>>(maxKeys, weight && weightOfKnown(weight));
  const unknown = createRecentMap<Entry<T>>(MAX_UNKNOWN);

  const entryOf = (key: string): Entry<T> => {
    const found = known.get(key) ?? unknown.get(key);
    if (found !== undefined) return found;
    const entry: Entry<T> = {};
    unknown.set(key, entry);
    return entry;
  };
  const fresh = ({ known: last }: Entry<T>) => last !== undefined && isFresh(last.value, last.readAtMs, clock.nowMs());
  const failing = ({ failure }: Entry<T>) => failure !== undefined && clock.nowMs() - failure.atMs < failureMs;
  const beingRead = ({ readingSinceMs }: Entry<T>) =>
    readingSinceMs !== undefined && clock.nowMs() - readingSinceMs < WAIT_FOR_OTHER_MS;

  const keep = (key: string, entry: Entry<T>, value: T): void => {
    entry.known = { value, readAtMs: clock.nowMs() };
    known.set(key, entry);
    unknown.delete(key);
  };

  const readInto = async (key: string, entry: Entry<T>, read: () => Promise<T>): Promise<T> => {
    entry.readingSinceMs = clock.nowMs();
    try {
      const value = await read();
      delete entry.failure;
      if (isKept(value)) keep(key, entry, value);
      return value;
    } catch (error) {
      entry.failure = { error, atMs: clock.nowMs() };
      throw error;
    } finally {
      delete entry.readingSinceMs;
    }
  };

  return {
    async get(key, read) {
      const entry = entryOf(key);
      for (let looks = 0; beingRead(entry) && !fresh(entry) && looks < WAIT_FOR_OTHER_MS / LOOK_EVERY_MS; looks += 1) {
        await new Promise((resolve) => {
          setTimeout(resolve, LOOK_EVERY_MS);
        });
      }
      if (entry.known !== undefined && fresh(entry)) return entry.known.value;
      if (entry.failure !== undefined && failing(entry)) throw entry.failure.error;
      return readInto(key, entry, read);
    },
    last: (key) => known.get(key)?.known?.value,
    fresh(key) {
      const entry = known.get(key);
      return entry !== undefined && fresh(entry) ? entry.known : undefined;
    },
    put(key, value) {
      keep(key, entryOf(key), value);
    },
  };
}

const weightOfKnown = <T>({ max, of }: WeightBound<T>): WeightBound<Entry<T>> => ({
  max,
  of: ({ known }) => (known === undefined ? 0 : of(known.value)),
});
