import type { FieldError } from '../../contracts/errors.ts';
import type { CatalogueZone, PerformanceFacts } from '../../db/queries/read-catalogue.ts';
import type { SeatIndex } from './seat-index.ts';

/** One performance as core knows it: everything but what is free. Shared between requests, never changed. */
export type Performance = PerformanceFacts & { seats: SeatIndex };

/** Leg indexes [from, to). */
export type LegRange = [from: number, to: number];

export type ResolvedLegs = { ok: true; legs: LegRange } | { ok: false; errors: FieldError[] };

/**
 * Turns stop codes into legs; absent ends mean the ends of the run. Refused with the field at fault: an unknown stop, a
 * wrong order, and stops named where there are none. `prefix` stands before the fields' names.
 */
export function resolveLegs(
  performance: Pick<Performance, 'stops' | 'legCount'>,
  wish: { from?: string | undefined; to?: string | undefined },
  prefix = '',
): ResolvedLegs {
  const errors: FieldError[] = [];
  const ordinal = (field: 'from' | 'to', code: string | undefined, otherwise: number): number => {
    if (code === undefined) return otherwise;
    const index = performance.stops.findIndex((stop) => stop.code === code);
    if (index < 0) errors.push({ path: `${prefix}${field}`, message: 'no such stop on this run' });
    return index;
  };
  const from = ordinal('from', wish.from, 0);
  const to = ordinal('to', wish.to, performance.legCount);
  if (errors.length === 0 && from >= to)
    errors.push({ path: `${prefix}to`, message: 'must come after from on this run' });
  return errors.length === 0 ? { ok: true, legs: [from, to] } : { ok: false, errors };
}

/** The stop codes at the ends of a stretch; undefined where there are no stops. */
export function legCodes(
  performance: Pick<Performance, 'stops'>,
  legs: LegRange,
): { from: string; to: string } | undefined {
  const [from, to] = [performance.stops[legs[0]]?.code, performance.stops[legs[1]]?.code];
  return from === undefined || to === undefined ? undefined : { from, to };
}

/** The zone with this id. */
export const zoneOf = (performance: Performance, zoneId: string): CatalogueZone | undefined =>
  performance.zones.find((zone) => zone.id === zoneId);
