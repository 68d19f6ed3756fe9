import type { Sql, Transaction } from '../../db/connect.ts';
import { createBatcher, type Batcher, type Flushed } from './batcher.ts';
import { BATCH, IN_FLIGHT } from './limits.ts';
import { writeSafely } from './write-safely.ts';

export type BatchWriterOptions<T, R> = {
  /** Writes a batch in the transaction; one outcome for each, in order. Safe to run again with the same items. */
  write: (tx: Transaction, batch: readonly T[]) => Promise<readonly Flushed<R>[]>;
  maxWaiting: number;
  laneOf?: (item: T) => number;
  isWanted?: (item: T) => boolean;
};

/** A batcher whose flushes are transactions (READ COMMITTED) over a pool, run again as `writeSafely` says. */
export function createBatchWriter<T, R>(
  sql: Sql,
  { write, maxWaiting, laneOf, isWanted }: BatchWriterOptions<T, R>,
): Batcher<T, R> {
  const once = async (batch: readonly T[]): Promise<readonly Flushed<R>[]> => {
    // postgres.js unwraps arrays in the result's type; a box keeps it as it is.
    const { outcomes } = await sql.begin(async (tx) => ({ outcomes: await write(tx, batch) }));
    return outcomes;
  };
  return createBatcher({
    flush: (batch) => writeSafely({ write: once, ...(isWanted === undefined ? {} : { isWanted }) }, batch),
    maxBatch: BATCH,
    maxInFlight: IN_FLIGHT,
    maxWaiting,
    ...(laneOf === undefined ? {} : { laneOf }),
    ...(isWanted === undefined ? {} : { isWanted }),
  });
}
