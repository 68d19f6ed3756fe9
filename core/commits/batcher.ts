import { OperatingError } from '../../platform/operating-error.ts';

/** What became of one item of a flush. `again`: not judged yet; it goes to the front of the next batch. */
export type Flushed<R> =
  | { kind: 'done'; result: R }
  | { kind: 'again' }
  /** `isUnknown`: it may have been written all the same; then nothing may be acknowledged, nor undone. */
  | { kind: 'failed'; error: unknown; isUnknown: boolean };
export type Settled<R> = Exclude<Flushed<R>, { kind: 'again' }>;

export type BatcherOptions<T, R> = {
  /** Writes a batch; one outcome for each, in order. Never rejects: what fails is an outcome too. */
  flush: (batch: readonly T[]) => Promise<readonly Flushed<R>[]>;
  /** Items in one flush at most. */
  maxBatch: number;
  /** Flushes under way at most: one that Postgres works on, and one that is ready when it returns. */
  maxInFlight: number;
  /** Items that wait at most; more are refused as `busy`. */
  maxWaiting: number;
  /** Which of the `maxInFlight` lanes an item waits in: batches of different lanes should want different locks. */
  laneOf?: (item: T) => number;
  /** Whether somebody still waits for an item that has not begun; else `refused` is its outcome. */
  isWanted?: (item: T) => boolean;
  /** Runs `work` once this turn of the event loop has handed in what it has; `setImmediate` outside tests. */
  defer?: (work: () => void) => void;
};

export type Batcher<T, R> = {
  /** Hands in one item; resolves when its batch is through. Rejects with `busy`, having kept nothing, when too many wait. */
  submit(item: T): Promise<Settled<R>>;
  /** Resolves when nothing waits and nothing is under way. What is handed in meanwhile is waited for too. */
  drain(): Promise<void>;
};

type Waiting<T, R> = { item: T; settle: (outcome: Settled<R>) => void };

/**
 * Group commit (BOOKING §4): gathers items and flushes them together, the next batch when the last returns. So a lone item waits for
 * nobody, and a crowd fills its own batches: there is no timer to tune.
 *
 *     submit ─► waiting (by lane, bounded) ─► in flight (≤ maxInFlight) ─► settled
 *                   ▲                              │
 *                   └───────────── again ──────────┘   (to the front, in order)
 */
export function createBatcher<T, R>(options: BatcherOptions<T, R>): Batcher<T, R> {
  const { maxBatch, maxInFlight, maxWaiting, isWanted = () => true, laneOf = () => 0 } = options;
  const defer = options.defer ?? ((work) => void setImmediate(work));
  const lanes = Array.from({ length: maxInFlight }, () => ({ waiting: [] as Waiting<T, R>[], inFlight: 0 }));
  const drained: (() => void)[] = [];
  let [waitingCount, inFlight] = [0, 0];
  let isDeferred = false;

  const pump = (): void => {
    isDeferred = false;
    while (inFlight < maxInFlight && waitingCount > 0) start(leastBusy(lanes));
    if (inFlight === 0 && waitingCount === 0) for (const resolve of drained.splice(0)) resolve();
  };

  const start = (lane: (typeof lanes)[number]): void => {
    const taken = lane.waiting.splice(0, maxBatch);
    waitingCount -= taken.length;
    for (const one of taken) if (!isWanted(one.item)) one.settle(notBegun());
    const batch = taken.filter((one) => isWanted(one.item));
    if (batch.length === 0) return;
    lane.inFlight += 1;
    inFlight += 1;
    const settle = (outcomes: readonly Flushed<R>[]) => {
      lane.inFlight -= 1;
      inFlight -= 1;
      const again: Waiting<T, R>[] = [];
      for (const [index, one] of batch.entries()) {
        const outcome = outcomes[index] ?? {
          kind: 'failed',
          error: new Error('a flush told too little'),
          isUnknown: true,
        };
        if (outcome.kind === 'again') again.push(one);
        else one.settle(outcome);
      }
      lane.waiting.unshift(...again);
      waitingCount += again.length;
      pump();
    };
    const failAll = (error: unknown) => settle(batch.map(() => ({ kind: 'failed', error, isUnknown: true })));
    options.flush(batch.map((one) => one.item)).then(settle, failAll);
  };

  return {
    submit(item) {
      if (waitingCount >= maxWaiting)
        return Promise.reject(new OperatingError('busy', {}, { message: 'too many wait to be written' }));
      return new Promise((settle) => {
        lanes.at(laneOf(item) % maxInFlight)?.waiting.push({ item, settle });
        waitingCount += 1;
        if (isDeferred) return;
        isDeferred = true;
        defer(pump);
      });
    },
    drain: () =>
      new Promise((resolve) => {
        drained.push(resolve);
        pump();
      }),
  };
}

/** The lane with the fewest flushes under way, so that two batches wait for one lock only when there is nothing else to do. */
const leastBusy = <L extends { waiting: unknown[]; inFlight: number }>(lanes: readonly L[]): L =>
  lanes.filter((lane) => lane.waiting.length > 0).reduce((best, lane) => (lane.inFlight < best.inFlight ? lane : best));

const notBegun = () => {
  const error = new OperatingError('store_unavailable', {}, { message: 'its caller was refused before it began' });
  return { kind: 'failed', error, isUnknown: false } as const;
};
