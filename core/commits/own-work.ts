import type { OutboxRow } from '../../db/queries/outbox.ts';
import type { PlacedBooking } from '../../db/queries/read-claims.ts';

/** How long a row that tells the inventory is left to the process that wrote it, seconds: after that any process takes it. */
const LEASE_SECONDS = 5;
/** Rows that wait at most: what a process brings into Redis within the lease. What is more waits for the sweep. */
const MAX_WAITING = 20_000;

/** A row whose booking is known as it was written: nobody has to read it again, and the inventory ignores what is older than it has. */
export type OwnRow = OutboxRow & { placed: PlacedBooking };

/**
 * Rows of the outbox which tell the inventory of bookings that this process has just written. They are born leased to it, so that nobody
 * has to look for them and take them; were it to die with them, the sweep finds them due when the lease is over.
 */
export type OwnWork = {
  /** How long new rows are not due to others, seconds; 0 where nobody serves. */
  readonly leaseSeconds: number;
  /** Hands in rows that are committed, by their ids, with their bookings. */
  add(rows: readonly { id: string; placed: PlacedBooking }[]): void;
  /** Takes the oldest rows. */
  take(limit: number): OwnRow[];
  /** From now on calls `wake` when there is something to take. */
  serve(wake: () => void): void;
};

/** Own work that somebody will serve. */
export function createOwnWork(): OwnWork {
  const waiting: OwnRow[] = [];
  let wakeServer = (): void => {};
  return {
    leaseSeconds: LEASE_SECONDS,
    add(rows) {
      for (const { id, placed } of rows.slice(0, MAX_WAITING - waiting.length)) {
        const { id: bookingId, version } = placed;
        waiting.push({ id, bookingId, version, placed, kind: 'inventory.apply', payload: {}, attempts: 1 });
      }
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
