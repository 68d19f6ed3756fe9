import type { AutopilotState } from '../contracts/autopilot.ts';
import type { CoreHealth } from '../contracts/core-health.ts';

type Reason = Extract<AutopilotState['reason'], 'hold_latency' | 'errors' | 'event_loop_lag' | 'pool_wait'>;

/** `near`: below every bound, and not far enough below to let more people in. `times`: the worst measurement over its bound. */
export type HealthVerdict =
  | { kind: 'silent' }
  | { kind: 'breach'; reason: Reason; times: number }
  | { kind: 'near' | 'well' };

/** A seat map answers at once below this; above, people press again, and the load feeds itself. Milliseconds. */
const MAX_HOLD_P95_MS = 300;
/** One failed answer in fifty: what retries of pages hide, and no buyer meets twice. */
const MAX_ERROR_RATE = 0.02;
/** Fewer failed answers than this in a window are an accident and no rate. */
const LEAST_FAILED = 3;
/** A process that is this late for its own timers is out of processor. Milliseconds. */
const MAX_LAG_MS = 200;
/** A buyer's statement waits as long before it even begins. Milliseconds. */
const MAX_POOL_WAIT_MS = 250;
/** Up to this share of every bound there is room for more people; between here and the bound the rate stays. */
const WELL_BELOW = 0.7;

/** Judges core by its worst process and that process's worst measurement. A measurement it does not have says nothing. Pure. */
export function judgeHealth(healths: readonly CoreHealth[]): HealthVerdict {
  if (healths.length === 0) return { kind: 'silent' };
  let worst: { reason: Reason; times: number } = { reason: 'hold_latency', times: 0 };
  for (const measured of healths.flatMap(measurementsOf)) if (measured.times > worst.times) worst = measured;
  if (worst.times > 1) return { kind: 'breach', ...worst };
  return { kind: worst.times > WELL_BELOW ? 'near' : 'well' };
}

function measurementsOf(health: CoreHealth): { reason: Reason; times: number }[] {
  const failed = (health.errorRate ?? 0) * health.answers;
  return [
    { reason: 'hold_latency', times: (health.holdP95Ms ?? 0) / MAX_HOLD_P95_MS },
    { reason: 'errors', times: failed < LEAST_FAILED ? 0 : (health.errorRate ?? 0) / MAX_ERROR_RATE },
    { reason: 'event_loop_lag', times: (health.eventLoopLagMs ?? 0) / MAX_LAG_MS },
    // No answer in time is the longest wait there is.
    { reason: 'pool_wait', times: health.poolWaitMs === null ? Infinity : health.poolWaitMs / MAX_POOL_WAIT_MS },
  ];
}
