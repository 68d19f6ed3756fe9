import { IDEMPOTENCY_TTL_SECONDS } from '../../contracts/limits.ts';
import { JOB_QUEUES, type JobQueue } from '../../contracts/jobs.ts';
import { deleteOldAnswers } from '../../db/queries/idempotency.ts';
import { deleteOldCodes } from '../../db/queries/payments.ts';
import type { CoreDeps } from '../deps.ts';
import { runExpiry } from './run-expiry.ts';
import { runInbox } from './run-inbox.ts';
import { runOutbox } from './run-outbox.ts';
import { createTurns } from './turns.ts';
import { createWakeBus } from './wake-bus.ts';

/** How often every process looks for due rows by itself, ms: what a lost wake costs at most. */
const SWEEP_MS = 2000;
/** Every so many sweeps, rows that are too old to matter are deleted, so many at once. */
const TIDY_EVERY = 30;
const TIDY_ROWS = 1000;

/** `sql` is a pool of the jobs' own, so that a backlog can't starve buyers. */
export type JobDeps = Pick<CoreDeps, 'sql' | 'payments' | 'scripts' | 'catalogue' | 'inventory' | 'log'> & {
  redisUrl: string;
};

export type Jobs = {
  /** Says that rows of this kind may be due; returns at once, fails never. */
  wake(queue: JobQueue): void;
  /** Stops taking rows and waits for those at hand. */
  stop(): Promise<void>;
};

/** Starts the background work of one core process: sweeps, and wakes shared with the other processes. */
export function startJobs(deps: JobDeps): Jobs {
  const wakeable = { ...deps, wake: (queue: JobQueue) => bus.wake(queue) };
  const turns = {
    inbox: createTurns('inbox', deps.log, () => runInbox(wakeable)),
    outbox: createTurns('outbox', deps.log, () => runOutbox(deps)),
    expiry: createTurns('expiry', deps.log, () => runExpiry(wakeable)),
  };
  const bus = createWakeBus(deps.redisUrl, deps.log, (queue) => {
    turns[queue].wake();
    return turns[queue].idle();
  });
  let sweeps = 0;
  const timer = setInterval(() => {
    for (const queue of Object.values(JOB_QUEUES)) turns[queue].wake();
    sweeps += 1;
    if (sweeps % TIDY_EVERY === 0) void tidy(deps);
  }, SWEEP_MS);
  return {
    wake: (queue) => bus.wake(queue),
    async stop() {
      clearInterval(timer);
      await bus.stop();
      await Promise.all(Object.values(turns).map((own) => own.stop()));
    },
  };
}

async function tidy(deps: Pick<JobDeps, 'sql' | 'log'>): Promise<void> {
  try {
    await deleteOldAnswers(deps.sql, IDEMPOTENCY_TTL_SECONDS, TIDY_ROWS);
    await deleteOldCodes(deps.sql, TIDY_ROWS);
  } catch (error) {
    // Old rows do no harm; the next tidying takes them.
    deps.log.warn({ err: error }, 'old rows not deleted');
  }
}
