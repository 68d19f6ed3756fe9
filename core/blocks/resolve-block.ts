import type { BlockRequest } from '../../contracts/blocks.ts';
import type { FieldError } from '../../contracts/errors.ts';
import type { BlockItem } from '../../db/queries/blocks.ts';
import { type LegRange, type Performance, resolveLegs, zoneOf } from '../catalogue/performance.ts';

export type ResolvedBlock = { ok: true; items: BlockItem[]; legs: LegRange } | { ok: false; errors: FieldError[] };

/**
 * Turns what an operator asks for into lines, one a seat, by the catalogue alone. Every fault is told with its field: unknown zones,
 * seats and stops, a seat named twice, a number of seats that are not named, a zone named twice.
 */
export function resolveBlock(performance: Performance, wish: BlockRequest): ResolvedBlock {
  const legs = resolveLegs(performance, wish.legs ?? {}, 'legs.');
  const errors: FieldError[] = legs.ok ? [] : [...legs.errors];
  const items: BlockItem[] = [];
  const named = new Set<string>();
  const take = (path: string, name: string): void => {
    if (named.has(name)) errors.push({ path, message: 'is named twice' });
    named.add(name);
  };
  for (const [i, item] of wish.items.entries()) {
    const zone = zoneOf(performance, item.zoneId);
    const path = `items.${i}`;
    if (zone === undefined) {
      errors.push({ path: `${path}.zoneId`, message: 'no such zone in this performance' });
    } else if ('quantity' in item) {
      if (zone.kind === 'reserved') errors.push({ path: `${path}.quantity`, message: 'name the seats of this zone' });
      take(`${path}.zoneId`, `zone ${zone.id}`);
      items.push({ zoneId: zone.id, seatId: null, quantity: item.quantity });
    } else {
      for (const [j, seatId] of item.seats.entries()) {
        take(`${path}.seats.${j}`, `seat ${seatId}`);
        if (performance.seats.find(seatId)?.zoneId !== zone.id)
          errors.push({ path: `${path}.seats.${j}`, message: 'no such seat in this zone' });
        items.push({ zoneId: zone.id, seatId, quantity: 1 });
      }
    }
  }
  return legs.ok && errors.length === 0 ? { ok: true, items, legs: legs.legs } : { ok: false, errors };
}
