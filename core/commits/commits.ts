import type { Sql } from '../../db/connect.ts';
import { createBookingCommits, type BookingCommits } from '../bookings/commit-booking.ts';
import { createExpiries, type Expiries } from '../bookings/end-unpaid.ts';
import { createConfirmations, type Confirmations } from '../payments/confirm-capture.ts';

/** The group commits of one process: what many ask for at once is written together (BOOKING §4). */
export type Commits = {
  bookings: BookingCommits;
  confirmations: Confirmations;
  expiries: Expiries;
  /** Resolves when all that was handed in is through. */
  drain(): Promise<void>;
};

/** Group commits: buyers' over a pool of their own, with a connection for each batch under way; the jobs' over the jobs' pool. */
export function createCommits({ buyers, jobs }: { buyers: Sql; jobs: Sql }): Commits {
  const [bookings, confirmations, expiries] = [
    createBookingCommits(buyers),
    createConfirmations(jobs),
    createExpiries(jobs),
  ];
  const all = [bookings, confirmations, expiries];
  return {
    bookings,
    confirmations,
    expiries,
    drain: async () => void (await Promise.all(all.map((one) => one.drain()))),
  };
}
