import type { Lease } from '../../db/queries/own-work.ts';
import type { PlacedBooking } from '../../db/queries/read-claims.ts';
import { newId } from '../../platform/id.ts';

/** How long a batch's row is left to the process that wrote it, seconds: after that any process takes it over. */
const LEASE_SECONDS = 5;
/** Bookings that wait at most: what a process brings into Redis within the lease. What is more waits for the sweep. */
const MAX_WAITING = 20_000;

/** Bookings as they were written together, by the row that says so: nobody has to read them again, and the inventory ignores what is older than it has. */
export type OwnBatch = { id: string; bookings: readonly PlacedBooking[] };

/**
 * What this process has to tell the inventory of bookings that it has just written. Were it to die with that, the sweep finds the row of
 * their batch due when its lease is over.
 */
export type OwnWork = {
  /** For the row of a batch that is about to be written; null where nobody serves. */
  lease(): Lease | null;
  /** Hands in what of it is committed. */
  add(lease: Lease | null, bookings: readonly PlacedBooking[]): void;
  /** Takes the oldest batches: so many that they have `limit` bookings, or all. */
  take(limit: number): OwnBatch[];
  /** From now on calls `wake` when there is something to take. */
  serve(wake: () => void): void;
};

/** Own work that somebody will serve. */
export function createOwnWork(): OwnWork {
  const waiting: OwnBatch[] = [];
  let waitingCount = 0;
  let wakeServer = (): void => {};
  return {
    lease: () => ({ id: newId(), seconds: LEASE_SECONDS }),
    add(lease, bookings) {
      if (lease === null || bookings.length === 0 || waitingCount + bookings.length > MAX_WAITING) return;
      waiting.push({ id: lease.id, bookings });
      waitingCount += bookings.length;
      wakeServer();
    },
    take(limit) {
      let [batches, count] = [0, 0];
      for (; batches < waiting.length && count < limit; batches += 1) count += waiting[batches]?.bookings.length ?? 0;
      waitingCount -= count;
      return waiting.splice(0, batches);
    },
    serve(wake) {
      wakeServer = wake;
    },
  };
}

/** For processes and tests without such a server: what is to be told is due to everybody at once. */
export const NO_OWN_WORK: OwnWork = { lease: () => null, add() {}, take: () => [], serve() {} };
