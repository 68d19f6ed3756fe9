import { connectDatabase, type Sql } from '../../db/connect.ts';
import { createBookingCommits, type BookingDraft, type CommitOutcome } from './commit-booking.ts';

/** Two processes of core, as Postgres sees them: each with its own connections and its own batches. */
export type TwoCommitters = {
  pools: readonly [Sql, Sql];
  /** Commits in one of the two: the first for even numbers. */
  commit(wanted: BookingDraft, process?: number): Promise<CommitOutcome>;
  close(): Promise<void>;
};

/** Opens both on one database. */
export function openTwoCommitters(databaseUrl: string): TwoCommitters {
  const open = (): Sql => connectDatabase(databaseUrl, { max: 2 });
  const pools = [open(), open()] as const;
  const [even, odd] = [createBookingCommits(pools[0]), createBookingCommits(pools[1])];
  return {
    pools,
    commit: (wanted, process = 0) => (process % 2 === 0 ? even : odd).commit(wanted),
    close: async () => void (await Promise.all(pools.map((pool) => pool.end({ timeout: 1 })))),
  };
}
