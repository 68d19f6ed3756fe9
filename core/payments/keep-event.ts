import type { Sql } from '../../db/connect.ts';
import { putInbox, type EventToKeep } from '../../db/queries/webhook-inbox.ts';
import { createBatchWriter } from '../commits/batch-writer.ts';

/** Events that wait to be kept at most: what a busy Postgres works off in a second; more are refused, and told again by the provider. */
export const MAX_WAITING_EVENTS = 2000;

/** Keeps what providers tell, many events in one transaction (BOOKING §4): a sale that sells out is paid within minutes. */
export type InboxWrites = {
  /** Resolves when the event is durable, told again or not. Rejects when that could not be had; keeping it again is safe. */
  keep(event: EventToKeep): Promise<void>;
  drain(): Promise<void>;
};

/** Batches of events over the buyers' pool. */
export function createInboxWrites(sql: Sql): InboxWrites {
  const batcher = createBatchWriter<EventToKeep, null>({
    write: async (events) => {
      await putInbox(sql, events);
      return events.map(() => ({ kind: 'done', result: null }) as const);
    },
    maxWaiting: MAX_WAITING_EVENTS,
  });
  return {
    async keep(event) {
      const settled = await batcher.submit(event);
      if (settled.kind === 'failed') throw settled.error;
    },
    drain: () => batcher.drain(),
  };
}
