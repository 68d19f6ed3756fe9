import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../../platform/log.ts';

/** How long work is gathered before a turn, ms: a storm of bookings needs some turns a second, not one for each. */
const GATHER_MS = 20;

/** Work that is taken in turns: never twice at once in this process, and until a turn finds nothing. */
export type Turns = { wake(): void; idle(): Promise<void>; stop(): Promise<void> };

/** How turns follow each other. */
export type Pace = {
  /** How long work is gathered before a turn, ms. */
  gatherMs?: number;
  /** Rows a turn takes at most: one that took so many has left some, and is followed at once. Absent: every turn gathers first. */
  full?: number;
  /** Waits; a timer outside tests. */
  wait?: (ms: number) => Promise<unknown>;
};

/**
 * Wraps `runOnce`, which returns how many rows it took. A turn begins `gatherMs` after it is asked for; a wake during a turn makes sure
 * of one more.
 */
export function createTurns(
  name: string,
  log: Logger,
  runOnce: () => Promise<number>,
  { gatherMs = GATHER_MS, full = Number.POSITIVE_INFINITY, wait = sleep }: Pace = {},
): Turns {
  let running: Promise<void> | null = null;
  let again = false;
  let stopped = false;

  const run = async (): Promise<void> => {
    let taken = 0;
    do {
      if (taken < full) await wait(gatherMs);
      [again, taken] = [false, 0];
      try {
        taken = await runOnce();
        if (taken > 0) again = true;
      } catch (error) {
        // Postgres is away: the next sweep tries again, a turn right now would only spin.
        log.warn({ err: error, job: name }, 'a turn failed');
        again = false;
      }
    } while (again && !isStopped());
    running = null;
  };
  const isStopped = () => stopped;

  return {
    wake() {
      again = true;
      if (!stopped) running ??= run();
    },
    idle: async () => running ?? undefined,
    async stop() {
      stopped = true;
      await running;
    },
  };
}
