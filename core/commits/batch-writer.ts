import { createBatcher, type Batcher, type Flushed } from './batcher.ts';
import { BATCH, ENOUGH, IN_FLIGHT } from './limits.ts';
import { writeSafely } from './write-safely.ts';

export type BatchWriterOptions<T, R> = {
  /** Writes a batch in one transaction; one outcome for each, in order. Safe to run again with the same items. */
  write: (batch: readonly T[]) => Promise<readonly Flushed<R>[]>;
  maxWaiting: number;
  laneOf?: (item: T) => number;
  isWanted?: (item: T) => boolean;
};

/** A batcher whose flushes are transactions, run again as `writeSafely` says. */
export function createBatchWriter<T, R>({ write, maxWaiting, ...of }: BatchWriterOptions<T, R>): Batcher<T, R> {
  const safe = of.isWanted === undefined ? { write } : { write, isWanted: of.isWanted };
  const flush = (batch: readonly T[]) => writeSafely(safe, batch);
  return createBatcher({ flush, maxBatch: BATCH, maxInFlight: IN_FLIGHT, enough: ENOUGH, maxWaiting, ...of });
}
