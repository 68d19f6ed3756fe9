/**
 * BullMQ queues and their payloads. Postgres rows are the work, a job only wakes it (BOOKING §6): a payload names what may
 * be due, carries no data that decides anything, and losing every job loses nothing.
 */
export const JOB_QUEUES = {
  /** Unprocessed rows of `webhook_inbox`. */
  inbox: 'inbox',
  /** Unsent rows of `outbox`. */
  outbox: 'outbox',
  /** Bookings whose `pay_by` has passed. */
  expiry: 'expiry',
} as const;
export type JobQueue = (typeof JOB_QUEUES)[keyof typeof JOB_QUEUES];

/** A wake-up: `reason` is for the log. */
export type WakeJob = { reason: string };
