import type { FieldError } from '../../contracts/errors.ts';
import type { NewZone } from '../../contracts/operator-catalogue.ts';
import type { CatalogueZone } from '../../db/queries/read-catalogue.ts';
import type { SeatMapZoneRow } from '../../db/queries/seat-maps.ts';

export type ResolvedZones = { ok: true; zones: CatalogueZone[] } | { ok: false; errors: FieldError[] };

/**
 * The zones of a new performance: those of its seat map, with what the operator says of them otherwise, and general zones that the map
 * does not have. Every fault is told with its field. Pure.
 */
export function resolveZones(wanted: readonly NewZone[], ofMap: readonly SeatMapZoneRow[]): ResolvedZones {
  const errors: FieldError[] = [];
  const zones: CatalogueZone[] = [];
  const known = new Map(ofMap.map((zone) => [zone.id, zone]));
  const own = new Map(wanted.map((zone, i) => [zone.id, { zone, path: `zones.${i}` }]));
  for (const of of ofMap) {
    const said = own.get(of.id);
    take(said?.zone ?? { id: of.id }, of, said?.path ?? 'zones');
  }
  for (const { zone, path } of own.values()) if (!known.has(zone.id)) take(zone, null, path);
  if (zones.length === 0 && errors.length === 0) errors.push({ path: 'zones', message: 'there is nothing to sell' });
  return errors.length === 0 ? { ok: true, zones } : { ok: false, errors };

  function take(zone: NewZone, of: SeatMapZoneRow | null, path: string): void {
    const refuse = (field: string, message: string) =>
      errors.push({ path: path === 'zones' ? path : `${path}.${field}`, message: `zone ${zone.id}: ${message}` });
    const kind = of?.kind ?? zone.kind ?? 'general';
    const priceMinor = zone.priceMinor ?? of?.priceMinor ?? null;
    const feeMinor = zone.feeMinor ?? of?.feeMinor ?? 0;
    const capacity = zone.capacity ?? of?.capacity ?? null;
    if (zone.kind !== undefined && zone.kind !== kind) refuse('kind', `is ${kind} in the seat map`);
    if (of === null && kind === 'reserved') refuse('id', 'the seat map has no such zone');
    if (priceMinor === null) refuse('priceMinor', 'needs a price, since the seat map brings none');
    else if (feeMinor > priceMinor) refuse('feeMinor', 'is more than the price that it is part of');
    if (capacity === null) refuse('capacity', 'needs a capacity');
    if (kind === 'reserved' && of !== null && capacity !== of.capacity)
      refuse('capacity', `has ${of.capacity} seats in the seat map`);
    if (priceMinor === null || capacity === null) return;
    zones.push({
      id: zone.id,
      name: zone.name ?? of?.name ?? zone.id,
      kind,
      capacity,
      priceMinor,
      ...(feeMinor === 0 ? {} : { feeMinor }),
      ...optional('class', zone.class ?? of?.class),
      ...optional('quota', zone.quota ?? of?.quota),
    });
  }
}

const optional = <K extends string>(name: K, value: string | null | undefined): { [key in K]?: string } => {
  const field: { [key in K]?: string } = {};
  if (value !== null && value !== undefined) field[name] = value;
  return field;
};
