import * as v from 'valibot';
import { BERTHS, seatIdSchema, slugSchema } from './catalogue.ts';
import { currencySchema } from './iso-codes.ts';
import { classSchema, feeSchema, MAX_ZONE_PLACES, MAX_ZONES, priceSchema } from './operator-catalogue.ts';
import { plainText } from './plain-text.ts';

/** A seat map as it is imported (docs/imports.md): the JSON document, which the CSV form is turned into. */

/** Seats of one map at most: twice the largest stadium. */
export const MAX_IMPORT_SEATS = 200_000;
/** Deepest nesting of the document: its seats lie six brackets deep. */
export const MAX_IMPORT_DEPTH = 8;
/** Farthest that a seat is drawn from the map's origin, in its own unit. */
const MAX_OFFSET = 1_000_000;

const offset = v.pipe(v.number(), v.finite(), v.minValue(-MAX_OFFSET), v.maxValue(MAX_OFFSET));
const label = plainText(1, 40);

/** One seat. `x` and `y` count in any unit that is the same for the whole map; without them it is drawn by its row and place. */
export const importSeatSchema = v.strictObject({
  id: seatIdSchema,
  name: label,
  x: v.optional(offset),
  y: v.optional(offset),
  accessible: v.optional(v.boolean()),
  berth: v.optional(v.picklist(BERTHS)),
});
/** One row, whose seats are judged one by one. */
export const importRowSchema = v.strictObject({ name: label, seats: v.array(v.unknown()) });
/** One zone, whose rows are judged one by one. */
export const importZoneSchema = v.strictObject({
  id: slugSchema,
  name: v.optional(plainText(1, 200)),
  kind: v.optional(v.picklist(['reserved', 'general'])),
  class: v.optional(classSchema),
  quota: v.optional(classSchema),
  priceMinor: v.optional(priceSchema),
  feeMinor: v.optional(feeSchema, 0),
  capacity: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(MAX_ZONE_PLACES))),
  rows: v.optional(v.array(v.unknown()), []),
});
/** The whole, whose zones are judged one by one. */
export const importDocumentSchema = v.strictObject({
  id: slugSchema,
  currency: v.optional(currencySchema),
  zones: v.pipe(v.array(v.unknown()), v.minLength(1), v.maxLength(MAX_ZONES)),
});

/** What an import answers, and a dry run; `GET operator/seat-maps/{id}` too. */
export type OperatorSeatMapView = {
  id: string;
  seatCount: number;
  currency: string | null;
  /** What the map's ETag is made of. */
  sha256: string;
  zones: {
    id: string;
    name: string;
    kind: 'reserved' | 'general';
    capacity: number;
    class?: string;
    quota?: string;
    priceMinor?: number;
    feeMinor: number;
  }[];
};
