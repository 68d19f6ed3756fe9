import type { Sql } from '../../db/connect.ts';
import { createBookingCommits, type BookingCommits } from '../bookings/commit-booking.ts';
import { createExpiries, type Expiries } from '../bookings/end-unpaid.ts';
import { createInboxWrites, type InboxWrites } from '../payments/keep-event.ts';
import { createConfirmations, type Confirmations } from '../payments/confirm-capture.ts';
import { NO_OWN_WORK, type OwnWork } from './own-work.ts';

/** The group commits of one process: what many ask for at once is written together (BOOKING §4). */
export type Commits = {
  bookings: BookingCommits;
  inbox: InboxWrites;
  confirmations: Confirmations;
  expiries: Expiries;
  /** Resolves when all that was handed in is through. */
  drain(): Promise<void>;
};

/** Whom a commit goes over. */
type Pools = { bookings: Sql; events: Sql; jobs: Sql };

/**
 * Group commits: bookings and events of providers over pools of their own, with a connection for each batch under way, the jobs'
 * over theirs. What bookings and confirmations leave to do in Redis is handed to `ownWork`.
 */
export function createCommits({ bookings: own, events, jobs }: Pools, ownWork: OwnWork = NO_OWN_WORK): Commits {
  const [bookings, inbox, confirmations, expiries] = [
    createBookingCommits(own, ownWork),
    createInboxWrites(events, ownWork),
    createConfirmations(jobs, ownWork),
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
