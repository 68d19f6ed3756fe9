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
  /**
   * So many that wait are worth a flush at once; fewer are gathered for a while (below). Absent: whatever waits is flushed as soon as
   * there is room for it.
   */
  enough?: number;
  /** Items that wait at most; more are refused as `busy`. */
  maxWaiting: number;
  /** Which of the `maxInFlight` lanes an item waits in: batches of different lanes should want different locks. */
  laneOf?: (item: T) => number;
  /** Whether somebody still waits for an item that has not begun; else `refused` is its outcome. */
  isWanted?: (item: T) => boolean;
  /** Runs `work` once this turn of the event loop has handed in what it has; `setImmediate` outside tests. */
  defer?: (work: () => void) => void;
  /** The clock by which it gathers, ms; and what calls it back. */
  now?: () => number;
  after?: (ms: number, work: () => void) => void;
};

export type Batcher<T, R> = {
  /** Hands in one item; resolves when its batch is through. Rejects with `busy`, having kept nothing, when too many wait. */
  submit(item: T): Promise<Settled<R>>;
  /** Resolves when nothing waits and nothing is under way. What is handed in meanwhile is waited for too. */
  drain(): Promise<void>;
};

/** How long a few are gathered at most, ms: after a flush that a slow Postgres held up, nobody waits as long again. */
const MAX_GATHER_MS = 50;

type Waiting<T, R> = { item: T; settle: (outcome: Settled<R>) => void };
type Lane<T, R> = { waiting: Waiting<T, R>[]; inFlight: number };

/**
 * Group commit (BOOKING §4): gathers items and flushes them together, the next batch when the last returns. So a lone item waits for
 * nobody, and a crowd fills its own batches.
 *
 * With `enough`: beginning a statement costs as much as a dozen of its rows, so a crowd that is cut into small batches is served later,
 * not sooner. Fewer than enough wait until the flush under way returns and, where that was of several, for as long again as it took, within
 * bounds: a gap that is small beside what everybody waits anyhow, and that follows Postgres's mood.
 *
 *     submit ─► waiting (by lane, bounded) ─► in flight (≤ maxInFlight) ─► settled
 *                   ▲                              │
 *                   └───────────── again ──────────┘   (to the front, in order)
 */
// oxlint-disable-next-line max-lines-per-function -- one closure: all its parts share what it remembers
export function createBatcher<T, R>(options: BatcherOptions<T, R>): Batcher<T, R> {
  const { maxBatch, maxInFlight, maxWaiting, isWanted = () => true, laneOf = () => 0 } = options;
  const { enough = 1, now = () => performance.now() } = options;
  const defer = options.defer ?? ((work) => void setImmediate(work));
  const after = options.after ?? ((ms, work) => void setTimeout(work, ms));
  const lanes = Array.from({ length: maxInFlight }, (): Lane<T, R> => ({ waiting: [], inFlight: 0 }));
  const laneFor = (item: T) => lanes.at(laneOf(item) % maxInFlight);
  const drained: (() => void)[] = [];
  let [waitingCount, inFlight, gatherUntilMs] = [0, 0, 0];
  let [isDeferred, isGathering] = [false, false];

  const pump = (): void => {
    isDeferred = false;
    while (inFlight < maxInFlight && waitingCount > 0 && mayBegin())
      start(waitingCount < enough ? lanes : [leastBusy(lanes)]);
    if (inFlight === 0 && waitingCount === 0) for (const resolve of drained.splice(0)) resolve();
  };

  const mayBegin = (): boolean => {
    if (waitingCount >= enough) return true;
    const leftMs = drained.length > 0 ? 0 : gatherUntilMs - now();
    if (inFlight > 0 || leftMs <= 0) return inFlight === 0;
    if (!isGathering)
      after(leftMs, () => {
        isGathering = false;
        pump();
      });
    isGathering = true;
    return false;
  };

  /** Flushes what waits in these lanes: all of them while there is little, so that it is one batch. */
  const start = (from: readonly Lane<T, R>[]): void => {
    const taken: Waiting<T, R>[] = [];
    for (const lane of from) taken.push(...lane.waiting.splice(0, maxBatch - taken.length));
    waitingCount -= taken.length;
    for (const one of taken) if (!isWanted(one.item)) one.settle(notBegun());
    const batch = taken.filter((one) => isWanted(one.item));
    if (batch.length === 0) return;
    const busy = from.filter((lane) => batch.some(({ item }) => laneFor(item) === lane));
    for (const lane of busy) lane.inFlight += 1;
    inFlight += 1;
    const beganMs = now();
    const settle = (outcomes: readonly Flushed<R>[]) => {
      for (const lane of busy) lane.inFlight -= 1;
      inFlight -= 1;
      gatherUntilMs = batch.length > 1 ? now() + Math.min(now() - beganMs, MAX_GATHER_MS) : 0;
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
      for (const one of again.toReversed()) laneFor(one.item)?.waiting.unshift(one);
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
        laneFor(item)?.waiting.push({ item, settle });
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
