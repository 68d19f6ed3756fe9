import * as v from 'valibot';

/**
 * What each core process says of itself once a second (Redis hash `core:health`, one field per process). Admission pauses when no
 * process has said anything for `CORE_HEALTH_STALE_MS`. Numbers a process can't know are null.
 */
export const coreHealthSchema = v.object({
  /** Redis time of the writing, ms: all processes are judged by one clock. */
  at: v.number(),
  /** 95th percentile of `POST holds` over the last window, ms. */
  holdP95Ms: v.nullable(v.number()),
  /** Share of answers with a status of 500 or above in the last window, 0 to 1. */
  errorRate: v.nullable(v.number()),
  /** How many answers that is a share of; 0 in the words of an older process. */
  answers: v.optional(v.number(), 0),
  /** 99th percentile of the event loop's delay in the last second, ms. */
  eventLoopLagMs: v.nullable(v.number()),
  /** How long a statement had to wait for the buyers' pool and Postgres, ms; null when it got no answer in time. */
  poolWaitMs: v.nullable(v.number()),
});
export type CoreHealth = v.InferOutput<typeof coreHealthSchema>;

/** A health older than this counts for nothing, ms. */
export const CORE_HEALTH_STALE_MS = 5000;
