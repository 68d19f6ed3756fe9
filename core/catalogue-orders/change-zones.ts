import type { FieldError } from '../../contracts/errors.ts';
import type { PerformancePatch } from '../../contracts/operator-catalogue.ts';
import type { ZoneRow } from '../../db/queries/edit-performances.ts';

/** A zone that a patch changes; `path` is where the patch names it. */
export type ChangedZone = { before: ZoneRow; after: ZoneRow; path: string; hasCapacity: boolean };

/**
 * What a patch makes of the zones: first the prices of classes, then what it says of single zones. Every fault is told with its field.
 * Whether a capacity is too small only the locked rows can say. Pure.
 */
export function changeZones(
  zones: readonly ZoneRow[],
  { zones: named = [], classes = [] }: Pick<PerformancePatch, 'zones' | 'classes'>,
): { changed: ChangedZone[]; errors: FieldError[] } {
  const errors: FieldError[] = [];
  const changed = new Map<string, ChangedZone>();
  for (const [i, { class: ofClass, ...prices }] of classes.entries()) {
    const own = zones.filter((zone) => zone.class === ofClass);
    if (own.length === 0) errors.push({ path: `classes.${i}.class`, message: 'no zone is of this class' });
    for (const zone of own) change(zone, prices, `classes.${i}`);
  }
  for (const [i, { id, ...fields }] of named.entries()) {
    const zone = zones.find((known) => known.id === id);
    if (zone === undefined) errors.push({ path: `zones.${i}.id`, message: 'no such zone in this performance' });
    else change(zone, fields, `zones.${i}`);
  }
  for (const { after, path } of changed.values())
    if (after.feeMinor > after.priceMinor)
      errors.push({ path: `${path}.feeMinor`, message: `zone ${after.id}: is more than the price that it is part of` });
  return { changed: [...changed.values()].filter(isChanged), errors };

  function change(
    zone: ZoneRow,
    fields: Omit<NonNullable<PerformancePatch['zones']>[number], 'id'>,
    path: string,
  ): void {
    const known = changed.get(zone.id)?.after ?? zone;
    const {
      name = known.name,
      priceMinor = known.priceMinor,
      feeMinor = known.feeMinor,
      capacity = known.capacity,
    } = fields;
    const hasCapacity = capacity !== zone.capacity;
    if (hasCapacity && zone.kind === 'reserved')
      errors.push({ path: `${path}.capacity`, message: `zone ${zone.id}: its seats are those of the seat map` });
    const after = { ...known, name, priceMinor, feeMinor, capacity };
    changed.set(zone.id, { before: zone, after, path, hasCapacity });
  }
}

const isChanged = ({ before, after }: ChangedZone): boolean => JSON.stringify(before) !== JSON.stringify(after);
