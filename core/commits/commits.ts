import type { Sql } from '../../db/connect.ts';
import { createBookingCommits, type BookingCommits } from '../bookings/commit-booking.ts';

/** The group commits of one process: what many ask for at once is written together (BOOKING §4). */
export type Commits = {
  bookings: BookingCommits;
  /** Resolves when all that was handed in is through. */
  drain(): Promise<void>;
};

/** Group commits over a pool of their own, with a connection for each batch under way. */
export function createCommits(sql: Sql): Commits {
  const bookings = createBookingCommits(sql);
  return { bookings, drain: () => bookings.drain() };
}
