import type { OutboxRow } from '../../db/queries/outbox.ts';

/** How long a row that tells the inventory is left to the process that wrote it, seconds: after that any process takes it. */
const LEASE_SECONDS = 5;
/** Rows that wait at most: what a process brings into Redis well within the lease. What is more waits for the sweep. */
const MAX_WAITING = 2000;

/**
 * Rows of the outbox which tell the inventory of bookings that this process has just written. They are born leased to it, so that nobody
 * has to look for them and take them; were it to die with them, the sweep finds them due when the lease is over.
 */
export type OwnWork = {
  /** How long new rows are not due to others, seconds; 0 where nobody serves. */
  readonly leaseSeconds: number;
  /** Hands in rows that are committed. */
  add(rows: readonly Pick<OutboxRow, 'id' | 'bookingId' | 'version'>[]): void;
  /** Takes the oldest rows. */
  take(limit: number): OutboxRow[];
  /** From now on calls `wake` when there is something to take. */
  serve(wake: () => void): void;
};

/** Own work that somebody will serve. */
export function createOwnWork(): OwnWork {
  const waiting: OutboxRow[] = [];
  let wakeServer = (): void => {};
  return {
    leaseSeconds: LEASE_SECONDS,
    add(rows) {
      for (const row of rows.slice(0, MAX_WAITING - waiting.length))
        waiting.push({ ...row, kind: 'inventory.apply', payload: {}, attempts: 1 });
      if (waiting.length > 0) wakeServer();
    },
    take: (limit) => waiting.splice(0, limit),
    serve(wake) {
      wakeServer = wake;
    },
  };
}

/** For processes and tests without such a server: rows are due to everybody at once. */
export const NO_OWN_WORK: OwnWork = { leaseSeconds: 0, add() {}, take: () => [], serve() {} };
