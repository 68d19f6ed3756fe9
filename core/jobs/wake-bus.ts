import { Queue, Worker } from 'bullmq';
import { setTimeout as sleep } from 'node:timers/promises';
import { JOB_QUEUES, type JobQueue, type WakeJob } from '../../contracts/jobs.ts';
import type { Logger } from '../../platform/log.ts';

/** All of BullMQ's keys share one slot; rooms have theirs. */
const PREFIX = '{bull}';
/** A queue's wakes are sent this often at most, ms: who has work wakes itself, and another process only has to know that there is more. */
const SEND_EVERY_MS = 500;
/** How long closing may take, ms. */
const CLOSE_MS = 1500;
const KINDS = Object.values(JOB_QUEUES);

/**
 * Wakes the jobs of one core process, whichever that is: at once, then again after a while for all that were asked for in between.
 * Losing a wake costs a sweep's time and nothing else.
 */
export type WakeBus = { wake(queue: JobQueue): void; stop(): Promise<void> };

/** BullMQ over connections of its own (it blocks on them). A Redis that is away is no failure: sweeps go on without wakes. */
export function createWakeBus(redisUrl: string, log: Logger, onWake: (queue: JobQueue) => Promise<void>): WakeBus {
  const quiet = (error: Error) => log.debug({ err: error }, 'wake bus');
  const connection = {
    url: redisUrl,
    enableOfflineQueue: false,
    maxRetriesPerRequest: null,
    retryStrategy: (n: number) => Math.min(100 * n, 2000),
  };
  const queues = new Map(KINDS.map((kind) => [kind, new Queue<WakeJob>(kind, { connection, prefix: PREFIX })]));
  // A worker that is refused at once asks again at once, for as long as Redis is away; one that has to wait asks a single time.
  const patient = { ...connection, enableOfflineQueue: true };
  const workers = KINDS.map(
    (kind) => new Worker<WakeJob>(kind, () => onWake(kind), { connection: patient, prefix: PREFIX, concurrency: 1 }),
  );
  for (const queue of queues.values()) queue.on('error', quiet);
  for (const worker of workers) worker.on('error', quiet);
  /** Queues that were sent a wake just now, and whether one more is due. */
  const resting = new Map<JobQueue, { timer: NodeJS.Timeout; isDue: boolean }>();

  const send = (kind: JobQueue) => {
    const rested = () => {
      const isDue = resting.get(kind)?.isDue === true;
      resting.delete(kind);
      if (isDue) send(kind);
    };
    resting.set(kind, { timer: setTimeout(rested, SEND_EVERY_MS), isDue: false });
    queues
      .get(kind)
      ?.add('wake', { reason: 'committed' }, { removeOnComplete: true, removeOnFail: true, attempts: 1 })
      .catch(quiet);
  };
  return {
    wake(kind) {
      const rest = resting.get(kind);
      if (rest === undefined) send(kind);
      else rest.isDue = true;
    },
    async stop() {
      for (const { timer } of resting.values()) clearTimeout(timer);
      const closing = [
        ...workers.map((worker) => worker.close(true)),
        ...[...queues.values()].map((queue) => queue.close()),
      ];
      // A Redis that is away never says goodbye; its sockets end with the process.
      await Promise.race([Promise.allSettled(closing), sleep(CLOSE_MS, undefined, { ref: false })]);
    },
  };
}
