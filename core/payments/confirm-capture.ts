import type { Sql } from '../../db/connect.ts';
import { confirmBookings, type CaptureToConfirm } from '../../db/queries/confirm-bookings.ts';
import { createBatchWriter } from '../commits/batch-writer.ts';
import { MAX_WAITING_JOBS } from '../commits/limits.ts';
import type { OwnWork } from '../commits/own-work.ts';
import type { Capture } from './provider.ts';

/** Confirms bookings whose payment came as expected, many in one transaction (BOOKING §4). */
export type Confirmations = {
  /**
   * True when this capture confirmed its booking. False, having written nothing, when it needs a closer look, that it was settled
   * before included. Rejects when it could not be told; asking again is safe.
   */
  confirm(capture: Capture): Promise<boolean>;
  drain(): Promise<void>;
};

/** Batches of confirmations over the jobs' pool; what they leave to do in Redis is this process's own work. */
export function createConfirmations(sql: Sql, ownWork: OwnWork): Confirmations {
  const batcher = createBatchWriter<CaptureToConfirm, boolean>({
    write: async (batch) => {
      const lease = ownWork.lease();
      const confirmed = await confirmBookings(sql, batch, lease);
      ownWork.add(
        lease,
        confirmed.filter((one) => one !== null),
      );
      return confirmed.map((one) => ({ kind: 'done', result: one !== null }) as const);
    },
    maxWaiting: MAX_WAITING_JOBS,
  });
  return {
    async confirm(capture) {
      const settled = await batcher.submit(capture);
      if (settled.kind === 'failed') throw settled.error;
      return settled.result;
    },
    drain: () => batcher.drain(),
  };
}
