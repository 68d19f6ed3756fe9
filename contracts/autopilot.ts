import * as v from 'valibot';

/**
 * Why an autopilot's rate is what it is. `starting`: it has only begun. `raising`: all is well and people wait. `ceiling`: all is well, and
 * the upper bound is reached. `settling`: it was lowered, and what core says does not show it yet. `recovering`: nothing is wrong, but not
 * for long enough. `no_demand`: the line does not use the rate it has. `stock`: as many are inside as the stock can serve.
 * `stock_unknown`: core has not said what is left. The others name the measurement that was worst.
 */
export const AUTOPILOT_REASONS = [
  'starting',
  'raising',
  'ceiling',
  'settling',
  'recovering',
  'no_demand',
  'stock',
  'stock_unknown',
  'hold_latency',
  'errors',
  'event_loop_lag',
  'pool_wait',
  'core_silent',
] as const;

/** Where an autopilot stands after a tick; kept in Postgres with it, so that every worker goes on from the same place. */
export const autopilotStateSchema = v.object({
  /** People a minute; a part of a person is carried, a tick goes by the whole number below. */
  rate: v.pipe(v.number(), v.minValue(0)),
  reason: v.picklist(AUTOPILOT_REASONS),
  /** For how long nothing has been near a bound, ms. */
  healthyMs: v.pipe(v.number(), v.minValue(0)),
  /** How long the last lowering has yet to show, ms. */
  settleMs: v.pipe(v.number(), v.minValue(0)),
  /** Redis time of it, ms. */
  at: v.number(),
});
export type AutopilotState = v.InferOutput<typeof autopilotStateSchema>;

/** A room as far as its rate is concerned. */
export type RateSettings = {
  mode: string;
  newUsersPerMinute: number;
  minUsersPerMinute: number | null;
  maxUsersPerMinute: number | null;
};

/** The bounds in force, people a minute: `newUsersPerMinute` stays above both. Null without an autopilot. */
export function rateBounds(room: RateSettings): { min: number; max: number } | null {
  if (room.mode !== 'autopilot' || room.minUsersPerMinute === null || room.maxUsersPerMinute === null) return null;
  const max = Math.min(room.maxUsersPerMinute, room.newUsersPerMinute);
  return { min: Math.min(room.minUsersPerMinute, max), max };
}

/** The rate in force, people a minute: the autopilot's, within the bounds of this moment; without one the operator's. */
export function effectiveRate(room: RateSettings & { autopilot: AutopilotState | null }): number {
  const bounds = rateBounds(room);
  if (bounds === null) return room.newUsersPerMinute;
  return Math.floor(Math.min(bounds.max, Math.max(bounds.min, room.autopilot?.rate ?? bounds.min)));
}
