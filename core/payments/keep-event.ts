import type { Sql } from '../../db/connect.ts';
import { isLostConnection } from '../../db/failure.ts';
import { keepEvents, type EventToSettle } from '../../db/queries/keep-events.ts';
import type { Lease } from '../../db/queries/own-work.ts';
import type { PlacedBooking } from '../../db/queries/read-claims.ts';
import { putInbox } from '../../db/queries/webhook-inbox.ts';
import { createBatchWriter } from '../commits/batch-writer.ts';
import type { OwnWork } from '../commits/own-work.ts';

/** Events that wait to be kept at most: what a busy Postgres works off in a second; more are refused, and told again by the provider. */
export const MAX_WAITING_EVENTS = 2000;

/** Keeps what providers tell, many events in one transaction (BOOKING §4): a sale that sells out is paid within minutes. */
export type InboxWrites = {
  /**
   * Resolves when the event is durable, told again or not: to true when its booking was confirmed with it, so that nothing is left to
   * do. Rejects when that could not be had; keeping it again is safe.
   */
  keep(event: EventToSettle): Promise<boolean>;
  drain(): Promise<void>;
};

/** Batches of events over a pool that has a connection for each flush under way; what they leave to do in Redis is this process's own work. */
export function createInboxWrites(sql: Sql, ownWork: OwnWork): InboxWrites {
  const batcher = createBatchWriter<EventToSettle, boolean>({
    write: async (events) => {
      // Told twice in one batch, it is one row.
      const byKey = new Map(events.map((event) => [keyOf(event), event]));
      const distinct = [...byKey.values()];
      const lease = ownWork.lease();
      const confirmed = await keepOrSettle(sql, distinct, lease);
      ownWork.add(
        lease,
        confirmed.filter((one) => one !== null),
      );
      const settled = new Set(distinct.filter((_, index) => confirmed[index] !== null));
      return events.map((event) => ({ kind: 'done', result: settled.has(event) }) as const);
    },
    maxWaiting: MAX_WAITING_EVENTS,
  });
  return {
    async keep(event) {
      const settled = await batcher.submit(event);
      if (settled.kind === 'failed') throw settled.error;
      return settled.result;
    },
    drain: () => batcher.drain(),
  };
}

const keyOf = ({ provider, eventId }: EventToSettle): string => `${provider} ${eventId}`;

/** An event has to be kept whatever is wrong with what would follow from it: then it is kept alone, to be worked on like any other. */
async function keepOrSettle(
  sql: Sql,
  events: readonly EventToSettle[],
  lease: Lease | null,
): Promise<(PlacedBooking | null)[]> {
  try {
    return await keepEvents(sql, events, lease);
  } catch (error) {
    if (isLostConnection(error)) throw error;
    await putInbox(sql, events);
    return events.map(() => null);
  }
}
