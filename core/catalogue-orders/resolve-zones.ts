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
  const take = (zone: NewZone, of: SeatMapZoneRow | null, path: string): void => {
    const refuse = (field: string, message: string) =>
      errors.push({ path: path === 'zones' ? path : `${path}.${field}`, message: `zone ${zone.id}: ${message}` });
    const merged = mergeZone(zone, of);
    judgeZone(zone, of, merged, refuse);
    const { priceMinor, capacity } = merged;
    if (priceMinor !== null && capacity !== null) zones.push({ ...merged, priceMinor, capacity });
  };
  for (const of of ofMap) {
    const said = own.get(of.id);
    take(said?.zone ?? { id: of.id }, of, said?.path ?? 'zones');
  }
  for (const { zone, path } of own.values()) if (!known.has(zone.id)) take(zone, null, path);
  if (zones.length === 0 && errors.length === 0) errors.push({ path: 'zones', message: 'there is nothing to sell' });
  return errors.length === 0 ? { ok: true, zones } : { ok: false, errors };
}

/** A zone before it is known whether its price and its capacity are there. */
type MergedZone = Omit<CatalogueZone, 'priceMinor' | 'capacity'> & {
  priceMinor: number | null;
  capacity: number | null;
};

/** What the operator says of a zone comes before what the seat map says. */
function mergeZone(zone: NewZone, known: SeatMapZoneRow | null): MergedZone {
  const of: Partial<SeatMapZoneRow> = known ?? {};
  const feeMinor = zone.feeMinor ?? of.feeMinor ?? 0;
  return {
    id: zone.id,
    name: zone.name ?? of.name ?? zone.id,
    kind: of.kind ?? zone.kind ?? 'general',
    capacity: zone.capacity ?? of.capacity ?? null,
    priceMinor: zone.priceMinor ?? of.priceMinor ?? null,
    ...(feeMinor === 0 ? {} : { feeMinor }),
    ...optional('class', zone.class ?? of.class),
    ...optional('quota', zone.quota ?? of.quota),
  };
}

function judgeZone(
  zone: NewZone,
  of: SeatMapZoneRow | null,
  { kind, capacity, priceMinor, feeMinor = 0 }: MergedZone,
  refuse: (field: string, message: string) => void,
): void {
  if (zone.kind !== undefined && zone.kind !== kind) refuse('kind', `is ${kind} in the seat map`);
  if (of === null && kind === 'reserved') refuse('id', 'the seat map has no such zone');
  if (priceMinor === null) refuse('priceMinor', 'needs a price, since the seat map brings none');
  else if (feeMinor > priceMinor) refuse('feeMinor', 'is more than the price that it is part of');
  if (capacity === null) refuse('capacity', 'needs a capacity');
  if (kind === 'reserved' && of !== null && capacity !== of.capacity)
    refuse('capacity', `has ${of.capacity} seats in the seat map`);
}

const optional = <K extends string>(name: K, value: string | null | undefined): { [key in K]?: string } => {
  const field: { [key in K]?: string } = {};
  if (value !== null && value !== undefined) field[name] = value;
  return field;
};
