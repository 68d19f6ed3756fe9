import { monitorEventLoopDelay } from 'node:perf_hooks';
import { pingDatabase } from '../../db/queries/ping.ts';
import { newId } from '../../platform/id.ts';
import { writeCoreHealth } from '../../redis/health/core-health.ts';
import type { CoreDeps } from '../deps.ts';
import { withinDeadline } from '../http/store-failure.ts';

/** How often a process says how it is, ms. */
const EVERY_MS = 1000;
const NANOSECONDS_PER_MS = 1e6;

export type HealthDeps = Pick<CoreDeps, 'scripts' | 'sql' | 'log' | 'meter'>;

/**
 * Writes this process's health to Redis each second, until stopped. A Redis that is away is no failure of core: what could not be
 * written is dropped, and said once. A stopped process leaves its last word behind, which ages.
 */
export function startHealth(deps: HealthDeps, everyMs = EVERY_MS): { stop(): Promise<void> } {
  const processId = newId();
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  let isSilent = false;
  let running: Promise<void> | null = null;
  const write = async () => {
    const lagMs = delay.percentile(99) / NANOSECONDS_PER_MS;
    delay.reset();
    try {
      const health = { ...deps.meter.read(), eventLoopLagMs: round(lagMs), poolWaitMs: await poolWait(deps) };
      await writeCoreHealth(deps.scripts, processId, health);
      if (isSilent) deps.log.info('health is written again');
      isSilent = false;
    } catch (error) {
      // Whoever reads it sees its age; admission pauses by that, without our help.
      if (!isSilent) deps.log.warn({ err: error }, 'health not written');
      isSilent = true;
    }
  };
  const turn = () => {
    running ??= write().finally(() => (running = null));
  };
  turn();
  const timer = setInterval(turn, everyMs);
  return {
    async stop() {
      clearInterval(timer);
      delay.disable();
      await running;
    },
  };
}

/** The smallest question to Postgres through the buyers' own pool, in ms; null when it is not answered in time. */
async function poolWait({ sql }: Pick<CoreDeps, 'sql'>): Promise<number | null> {
  const startedAt = performance.now();
  try {
    await withinDeadline(sql, () => pingDatabase(sql));
    return round(performance.now() - startedAt);
  } catch {
    // Postgres away is what null says; its own calls log why.
    return null;
  }
}

const round = (ms: number): number => Math.round(ms * 10) / 10;
