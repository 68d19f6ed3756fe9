import type { FieldError } from '../../contracts/errors.ts';
import type { HoldRequest } from '../../contracts/holds.ts';
import type { HeldItem } from '../../contracts/token-claims.ts';
import { type LegRange, type Performance, resolveLegs, zoneOf } from '../catalogue/performance.ts';

export type ResolvedWish = { ok: true; items: HeldItem[]; legs: LegRange } | { ok: false; errors: FieldError[] };

/**
 * Turns what a visitor asks for into priced lines, one a seat, by the catalogue alone. Every fault is told with its field:
 * unknown zones, seats and stops, a seat of another zone or named twice, seats of a general zone, a number of reserved seats.
 */
export function resolveWish(performance: Performance, wish: HoldRequest): ResolvedWish {
  const legs = resolveLegs(performance, wish.legs ?? {}, 'legs.');
  const errors: FieldError[] = legs.ok ? [] : [...legs.errors];
  const items: HeldItem[] = [];
  const named = new Set<string>();
  for (const [i, item] of wish.items.entries()) {
    const zone = zoneOf(performance, item.zoneId);
    const refuse = (field: string, message: string) => errors.push({ path: `items.${i}.${field}`, message });
    if (zone === undefined) {
      refuse('zoneId', 'no such zone in this performance');
    } else if ('quantity' in item) {
      if (zone.kind === 'general')
        items.push({ zoneId: zone.id, quantity: item.quantity, priceMinor: zone.priceMinor });
      else refuse('quantity', 'this zone has numbered seats: name them in seats');
    } else if (zone.kind === 'general') {
      refuse('seats', 'this zone has no numbered seats: name a quantity');
    } else {
      for (const [j, seatId] of item.seats.entries()) {
        if (performance.seats.find(seatId)?.zoneId !== zone.id) refuse(`seats.${j}`, 'no such seat in this zone');
        else if (named.has(seatId)) refuse(`seats.${j}`, 'is named twice');
        named.add(seatId);
        items.push({ zoneId: zone.id, seatId, quantity: 1, priceMinor: zone.priceMinor });
      }
    }
  }
  return legs.ok && errors.length === 0 ? { ok: true, items, legs: legs.legs } : { ok: false, errors };
}
