import { runRound, type KnownVersions, type Round } from './round.ts';

/** A tick period, ms; the script skips a period that another worker has done (WAITING-ROOM §3). */
const TICK_MS = 1000;
/** How far into a period the round starts, ms: safely past the boundary as Redis sees it. */
const OFFSET_MS = 20;

/** Runs a round in every tick period until stopped; a slow round delays the next, it never runs beside it. */
export function startRounds(round: Round): { stop(): Promise<void> } {
  const known: KnownVersions = new Map();
  let stopped = false;
  let wake = () => {};
  const loop = async () => {
    while (!stopped) {
      await runRound(round, known).catch((error: unknown) => round.log.error({ err: error }, 'the round failed'));
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, TICK_MS - (Date.now() % TICK_MS) + OFFSET_MS);
        wake = () => (clearTimeout(timer), resolve());
      });
    }
  };
  const running = loop();
  return {
    async stop() {
      stopped = true;
      wake();
      await running;
    },
  };
}
