import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock, type Clock } from '../platform/clock.ts';
import { createDirectory, type Worker } from './directory.ts';
import { createRoomService } from './room-service.ts';

/** A tick period, ms; the script skips a period that another worker has done (WAITING-ROOM §3). */
const TICK_MS = 1000;
/** How far into a period a room's step begins, ms: safely past the boundary as Redis sees it. */
const ROOM_OFFSET_MS = 20;
/** How far into a period the directory looks again, ms: what it finds is in time for the next tick, and as new as it can be. */
const DIRECTORY_OFFSET_MS = 800;

/**
 * Serves all rooms until stopped: one loop looks which rooms there are and what is to be done, and each room has a loop of its own, so
 * that neither a Postgres that hangs nor a room that is slow delays another. A loop's next step begins only when its last one is over.
 * `stop` ends when all have finished the step they are in.
 */
export function startRoomLoops(worker: Worker, clock: Clock = systemClock): { stop(): Promise<void> } {
  const directory = createDirectory(worker);
  const stopped = new AbortController();
  // One listener per room that waits; there is no leak to warn of.
  setMaxListeners(0, stopped.signal);
  const loops = new Map<string, Promise<void>>();
  const everyTick = async (offsetMs: number, step: () => Promise<void>, isWanted: () => boolean) => {
    while (!stopped.signal.aborted && isWanted()) {
      await step().catch((error: unknown) => worker.log.error({ err: error }, 'a step failed'));
      // The abort only cuts the wait short.
      await sleep(untilNext(clock.nowMs(), offsetMs), undefined, stopped).catch(() => {});
    }
  };
  const startLoop = (id: string) => {
    const service = createRoomService(worker, directory, id);
    const isListed = () => directory.find(id) !== undefined;
    loops.set(
      id,
      everyTick(ROOM_OFFSET_MS, () => service.step(), isListed).finally(() => loops.delete(id)),
    );
  };
  const lookAround = async () => {
    await directory.refresh();
    for (const { id } of directory.rooms()) if (!loops.has(id)) startLoop(id);
  };
  const looking = everyTick(DIRECTORY_OFFSET_MS, lookAround, () => true);
  return {
    async stop() {
      stopped.abort();
      await looking;
      await Promise.all(loops.values());
    },
  };
}

/** How long until the clock is `offsetMs` into a period again, ms; more than 0. */
const untilNext = (nowMs: number, offsetMs: number): number => TICK_MS - ((nowMs - offsetMs) % TICK_MS);
