import type { SeatMap, SeatMapRow } from '../../contracts/catalogue.ts';
import type { CatalogueZone } from '../../db/queries/read-catalogue.ts';

/** A place people sit, stand or lie in: its zones in selling order and the seat map in the same order. */
export type DemoPlace = { zones: CatalogueZone[]; seatMap: SeatMap };

/** A zone together with its rows; a general zone has none and says how many people it takes. */
export type PlacePart =
  | {
      kind: 'reserved';
      id: string;
      name: string;
      priceMinor: number;
      rows: SeatMapRow[];
      class?: string;
      quota?: string;
    }
  | { kind: 'general'; id: string; name: string; priceMinor: number; capacity: number };

/** Splits parts into what is sold and what is drawn; a reserved zone's capacity is its number of seats. */
export function assemblePlace(parts: PlacePart[]): DemoPlace {
  return {
    zones: parts.map(describeZone),
    seatMap: { zones: parts.map((part) => ({ id: part.id, rows: part.kind === 'reserved' ? part.rows : [] })) },
  };
}

function describeZone(part: PlacePart): CatalogueZone {
  if (part.kind === 'general') return part;
  const { rows, ...zone } = part;
  return { ...zone, capacity: rows.reduce((sum, row) => sum + row.seats.length, 0) };
}
