import type { Sql } from '../../db/connect.ts';
import { createBookingCommits, type BookingCommits } from '../bookings/commit-booking.ts';
import { createExpiries, type Expiries } from '../bookings/end-unpaid.ts';
import { createInboxWrites, type InboxWrites } from '../payments/keep-event.ts';
import { createConfirmations, type Confirmations } from '../payments/confirm-capture.ts';

/** The group commits of one process: what many ask for at once is written together (BOOKING §4). */
export type Commits = {
  bookings: BookingCommits;
  inbox: InboxWrites;
  confirmations: Confirmations;
  expiries: Expiries;
  /** Resolves when all that was handed in is through. */
  drain(): Promise<void>;
};

/**
 * Group commits: bookings over a pool of their own, with a connection for each batch under way; events of providers over the buyers'
 * pool, the jobs' over theirs.
 */
export function createCommits({ bookings: own, buyers, jobs }: { bookings: Sql; buyers: Sql; jobs: Sql }): Commits {
  const [bookings, inbox, confirmations, expiries] = [
    createBookingCommits(own),
    createInboxWrites(buyers),
    createConfirmations(jobs),
    createExpiries(jobs),
  ];
  const all = [bookings, inbox, confirmations, expiries];
  return {
    bookings,
    inbox,
    confirmations,
    expiries,
    drain: async () => void (await Promise.all(all.map((one) => one.drain()))),
  };
}
