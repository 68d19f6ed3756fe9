/** Items of one statement at most: enough to share an fsync, few enough that the first of them waits some milliseconds. */
export const BATCH = 200;
/** So many that wait are a batch worth having at once: to begin a statement is a small part of what it costs then. */
export const ENOUGH = 64;
/** Batches under way at most: one that Postgres works on, and one that is there when it is done. */
export const IN_FLIGHT = 2;
/** Rows of jobs that wait for a batch at most: jobs take no more at a time than a few batches. */
export const MAX_WAITING_JOBS = 1000;
