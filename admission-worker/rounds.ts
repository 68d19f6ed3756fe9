import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock, type Clock } from '../platform/clock.ts';
import { runRound, type KnownVersions, type Round } from './round.ts';

/** A tick period, ms; the script skips a period that another worker has done (WAITING-ROOM §3). */
const TICK_MS = 1000;
/** How far into a period the round starts, ms: safely past the boundary as Redis sees it. */
const OFFSET_MS = 20;

/** Runs a round in every tick period until stopped; a slow round delays the next, it never runs beside it. */
export function startRounds(round: Round, clock: Clock = systemClock): { stop(): Promise<void> } {
  const known: KnownVersions = new Map();
  const stopped = new AbortController();
  const loop = async () => {
    while (!stopped.signal.aborted) {
      await runRound(round, known).catch((error: unknown) => round.log.error({ err: error }, 'the round failed'));
      // The abort only cuts the wait short.
      await sleep(TICK_MS - (clock.nowMs() % TICK_MS) + OFFSET_MS, undefined, stopped).catch(() => {});
    }
  };
  const running = loop();
  return {
    async stop() {
      stopped.abort();
      await running;
    },
  };
}
