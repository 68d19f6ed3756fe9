import * as v from 'valibot';
import { BERTHS, seatIdSchema, slugSchema, stopCodeSchema } from './catalogue.ts';
import { allocationCodeSchema } from './blocks.ts';
import { MAX_HOLD_ITEMS, MAX_HOLD_SEATS } from './limits.ts';

/**
 * How seats are chosen: `best_available` (also when nothing is said) side by side in one row or not at all, `best_split` in the largest
 * groups that are left.
 */
const SELECTIONS = ['best_available', 'best_split'] as const;
/** What the choice is to be near: a part of the zone, by its rows (`front` when nothing is said), or a kind of berth. */
const FOCUSES = ['front', 'centre', 'back', ...BERTHS] as const;

const seatsItem = v.strictObject({
  zoneId: slugSchema,
  seats: v.pipe(
    v.array(seatIdSchema),
    v.minLength(1),
    v.maxLength(MAX_HOLD_SEATS),
    v.check((seats) => new Set(seats).size === seats.length, 'names a seat twice'),
  ),
});
const quantityItem = v.strictObject({
  zoneId: slugSchema,
  quantity: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MAX_HOLD_SEATS)),
  select: v.optional(v.picklist(SELECTIONS)),
  accessible: v.optional(v.boolean()),
  focus: v.optional(v.picklist(FOCUSES)),
});

/**
 * One wish: exact seats of a reserved zone; a number of its seats, for the hold to choose; or a number of places in a general zone.
 */
export const holdItemSchema = v.union([seatsItem, quantityItem], 'name either seats or a quantity from 1 to 50');

/** `POST holds` (API.md). `legs` are stop codes; absent = the whole run. `allocationCode` opens the places of one allocation, too. */
export const holdRequestSchema = v.strictObject({
  performanceId: slugSchema,
  items: v.pipe(v.array(holdItemSchema), v.minLength(1), v.maxLength(MAX_HOLD_ITEMS)),
  legs: v.optional(v.strictObject({ from: stopCodeSchema, to: stopCodeSchema })),
  allocationCode: v.optional(allocationCodeSchema),
});
export type QuantityItem = v.InferOutput<typeof quantityItem>;
export type HoldRequest = v.InferOutput<typeof holdRequestSchema>;

/** `POST holds/{id}/extend`. */
export const extendRequestSchema = v.strictObject({ receipt: v.pipe(v.string(), v.maxLength(16_384)) });

/** An amount in the currency's smallest unit, and its ISO 4217 code. */
export const moneySchema = v.object({ amountMinor: v.pipe(v.number(), v.integer()), currency: v.string() });
export type Money = v.InferOutput<typeof moneySchema>;

/** What answers say of places: a seat, or so many places of a general zone; `priceMinor` is of one place. */
export const placesSchema = v.array(
  v.object({
    zoneId: v.string(),
    seatId: v.exactOptional(v.string()),
    quantity: v.pipe(v.number(), v.integer()),
    priceMinor: v.pipe(v.number(), v.integer()),
  }),
);
/** The ends of a stretch in answers, as stop codes. */
export const stretchSchema = v.object({ from: v.string(), to: v.string() });

/** What `POST holds`, `GET holds/{id}` and `extend` answer. */
export const holdViewSchema = v.object({
  holdId: v.string(),
  performanceId: v.string(),
  receipt: v.string(),
  fence: v.string(),
  expiresAt: v.string(),
  maxExpiresAt: v.string(),
  items: placesSchema,
  legs: v.exactOptional(stretchSchema),
  total: moneySchema,
  now: v.string(),
});
export type HoldView = v.InferOutput<typeof holdViewSchema>;
