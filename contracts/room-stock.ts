import * as v from 'valibot';

/**
 * What a room still has, in places, as core says it every few seconds (Redis hash `core:stock`, one field per room in autopilot). A place that
 * is free on any leg counts: it can serve somebody.
 */
export const roomStockSchema = v.object({
  /** Redis time of the writing, ms. */
  at: v.number(),
  /** All places of what has not ended; 0 where nothing is sold here, and stock bounds nobody. */
  capacity: v.number(),
  /** Neither booked nor held. */
  free: v.number(),
  /** Held by visitors without a booking; in the words of an older process they are among the free. */
  held: v.optional(v.number(), 0),
  /** Booked and unpaid: they may come back. */
  pending: v.number(),
});
export type RoomStock = v.InferOutput<typeof roomStockSchema>;

/** A stock older than this is not known any more, ms: a few of core's rounds. */
export const ROOM_STOCK_STALE_MS = 10_000;
