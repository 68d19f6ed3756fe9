import type { Sql } from '../../db/connect.ts';
import { expireBookings, type BookingToExpire, type ExpiryResult } from '../../db/queries/expire-bookings.ts';
import { newId } from '../../platform/id.ts';
import { createBatchWriter } from '../commits/batch-writer.ts';
import { MAX_WAITING_JOBS } from '../commits/limits.ts';

/** Ends unpaid bookings, many in one transaction (BOOKING §4). */
export type Expiries = {
  /** Whether the booking ended here; one that is `waited` for has to end alone (`expireWaited`). Rejects when it could not be told. */
  expire(bookingId: string): Promise<ExpiryResult>;
  drain(): Promise<void>;
};

/** Batches of expiries over the jobs' pool. */
export function createExpiries(sql: Sql): Expiries {
  const batcher = createBatchWriter<BookingToExpire, ExpiryResult>({
    write: async (batch) => (await expireBookings(sql, batch)).map((result) => ({ kind: 'done', result }) as const),
    maxWaiting: MAX_WAITING_JOBS,
  });
  return {
    async expire(id) {
      const settled = await batcher.submit({ id, outboxId: newId() });
      if (settled.kind === 'failed') throw settled.error;
      return settled.result;
    },
    drain: () => batcher.drain(),
  };
}
