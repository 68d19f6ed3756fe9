import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../../platform/log.ts';

/** How long work is gathered before a turn, ms: a storm of bookings needs some turns a second, not one for each. */
const GATHER_MS = 20;

/** Work that is taken in turns: never twice at once in this process, and until a turn finds nothing. */
export type Turns = { wake(): void; idle(): Promise<void>; stop(): Promise<void> };

/**
 * Wraps `runOnce`, which returns how many rows it took. A turn begins `gatherMs` after it is asked for; a wake during a turn makes sure
 * of one more.
 */
export function createTurns(
  name: string,
  log: Logger,
  runOnce: () => Promise<number>,
  gatherMs: number = GATHER_MS,
): Turns {
  let running: Promise<void> | null = null;
  let again = false;
  let stopped = false;

  const run = async (): Promise<void> => {
    do {
      await sleep(gatherMs);
      again = false;
      try {
        if ((await runOnce()) > 0) again = true;
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
