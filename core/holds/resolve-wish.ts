import type { FieldError } from '../../contracts/errors.ts';
import type { HoldRequest, QuantityItem } from '../../contracts/holds.ts';
import type { HeldItem } from '../../contracts/token-claims.ts';
import type { BestWish } from '../../redis/inventory/inventory-ref.ts';
import { type LegRange, type Performance, resolveLegs, zoneOf } from '../catalogue/performance.ts';

export type ResolvedWish =
  | { ok: true; items: HeldItem[]; best: BestWish[]; legs: LegRange }
  | { ok: false; errors: FieldError[] };

/**
 * Turns what a visitor asks for into priced lines, one a seat, by the catalogue alone. Every fault is told with its field:
 * unknown zones, seats and stops, a seat of another zone or named twice, seats of a general zone, a choice among places that are all
 * alike. `best`: seats that the hold script is to choose; their lines follow once it has.
 */
export function resolveWish(performance: Performance, wish: HoldRequest): ResolvedWish {
  const legs = resolveLegs(performance, wish.legs ?? {}, 'legs.');
  const errors: FieldError[] = legs.ok ? [] : [...legs.errors];
  const items: HeldItem[] = [];
  const best: BestWish[] = [];
  const named = new Set<string>();
  for (const [i, item] of wish.items.entries()) {
    const zone = zoneOf(performance, item.zoneId);
    const refuse = (field: string, message: string) => errors.push({ path: `items.${i}.${field}`, message });
    if (zone === undefined) {
      refuse('zoneId', 'no such zone in this performance');
    } else if ('quantity' in item) {
      if (zone.kind === 'reserved') best.push(toBestWish(item, performance.seats.rowCount(zone.id)));
      else if (item.accessible === true || item.focus !== undefined)
        refuse(item.focus === undefined ? 'accessible' : 'focus', 'this zone has no numbered seats to choose from');
      else items.push({ zoneId: zone.id, quantity: item.quantity, priceMinor: zone.priceMinor });
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
  return legs.ok && errors.length === 0 ? { ok: true, items, best, legs: legs.legs } : { ok: false, errors };
}

function toBestWish({ zoneId, quantity, select, accessible, focus }: QuantityItem, rows: number): BestWish {
  const wish = { zoneId, quantity, accessible: accessible === true, mayBeSplit: select === 'best_split' };
  switch (focus) {
    case undefined:
    case 'front':
      return { ...wish, row: 1 };
    case 'centre':
      return { ...wish, row: Math.max(1, Math.ceil(rows / 2)) };
    case 'back':
      return { ...wish, row: Math.max(1, rows) };
    default:
      return { ...wish, row: 1, berth: focus };
  }
}
