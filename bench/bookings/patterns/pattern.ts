import type { Redis } from 'ioredis';
import type { HeldItem } from '../../../contracts/token-claims.ts';
import type { Capture } from '../../../core/payments/provider.ts';
import type { Sql } from '../../../db/connect.ts';
import type { BookingToWrite } from '../../../db/queries/booking-batch.ts';

/** What a pattern stands on: a pool over a database of its own, and the Redis that all share. */
export type PatternStores = { sql: Sql; redis: Redis; performanceId: string };

/**
 * How the statements of a transaction are sent: each once the one before is answered, as the sources of the patterns have it; or all in
 * one go, which is better than these.
 */
export type Sends = 'one-by-one' | 'in-one-go';

export type WishToHold = { owner: string; items: readonly HeldItem[] };

/** A way others sell seats, behind the HTTP layer that all share. Each answers false for what it refuses. */
export type Pattern = {
  hold(wish: WishToHold): Promise<boolean>;
  /** Writes all rows of a booking that core writes. */
  book(booking: BookingToWrite): Promise<boolean>;
  /** Confirms the booking that a capture pays. */
  pay(capture: Capture): Promise<boolean>;
  stop?(): Promise<void>;
};

/** A pattern by its name in the bench, and where it is described. */
export type PatternKind = {
  about: string;
  source: string;
  /** Makes it; also what its database needs beside core's tables. */
  make(stores: PatternStores): Promise<Pattern>;
};
