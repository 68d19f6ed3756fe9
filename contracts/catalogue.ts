import * as v from 'valibot';

/** Ids of events, performances, venues and seat maps: short slugs that stand in addresses and Redis keys. */
export const slugSchema = v.pipe(
  v.string(),
  v.regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'a slug of 1 to 64 of a-z, 0-9 and -'),
);
/** A seat's id, unique in its performance. */
export const seatIdSchema = v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]{0,63}$/i, 'a seat id'));
/** A stop's code on a train run. */
export const stopCodeSchema = v.pipe(v.string(), v.regex(/^[A-Z0-9]{1,8}$/, 'a stop code'));

export const BERTHS = ['lower', 'middle', 'upper', 'side-lower', 'side-upper'] as const;
export type Berth = (typeof BERTHS)[number];
const seatMapSeatSchema = v.object({
  id: v.string(),
  name: v.string(),
  x: v.number(),
  y: v.number(),
  accessible: v.exactOptional(v.literal(true)),
  berth: v.exactOptional(v.picklist(BERTHS)),
});
const seatMapRowSchema = v.object({ name: v.string(), seats: v.array(seatMapSeatSchema) });
const seatMapZoneSchema = v.object({ id: v.string(), rows: v.array(seatMapRowSchema) });
/** Immutable. A seat's index is its place in reading order: zones, rows, seats. */
export const seatMapSchema = v.object({ zones: v.array(seatMapZoneSchema) });
export type SeatMapSeat = v.InferOutput<typeof seatMapSeatSchema>;
export type SeatMapRow = v.InferOutput<typeof seatMapRowSchema>;
export type SeatMapZone = v.InferOutput<typeof seatMapZoneSchema>;
export type SeatMap = v.InferOutput<typeof seatMapSchema>;

/** Two bits a seat in `states`, seat-map order, lowest pair of a byte first: 0 free, 1 held or pending, 2 sold, 3 blocked. */
export const SEAT_FREE = 0;
export type SeatState = 0 | 1 | 2 | 3;

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const priceSchema = v.object({ amountMinor: v.pipe(v.number(), v.integer()), currency: v.string() });

export const PERFORMANCE_STATUSES = ['scheduled', 'on_sale', 'ended'] as const;
export type PerformanceStatus = (typeof PERFORMANCE_STATUSES)[number];

/** A run between the stations asked for, with what is free on all its legs, by class. */
const journeyViewSchema = v.object({
  from: v.object({ code: v.string(), name: v.string(), departsAt: v.string() }),
  to: v.object({ code: v.string(), name: v.string(), arrivesAt: v.nullable(v.string()) }),
  classes: v.array(v.object({ class: v.string(), available: count, fromPrice: priceSchema })),
});
export type JourneyView = v.InferOutput<typeof journeyViewSchema>;
const performanceSummarySchema = v.object({
  id: v.string(),
  startsAt: v.string(),
  timeZone: v.string(),
  room: v.string(),
  status: v.picklist(PERFORMANCE_STATUSES),
  /** When it goes on sale, where that is set. */
  onSaleAt: v.exactOptional(v.string()),
  fromPrice: v.nullable(priceSchema),
  /** Of a train that was searched by its stations. */
  journey: v.exactOptional(journeyViewSchema),
});
export type PerformanceSummary = v.InferOutput<typeof performanceSummarySchema>;
/** What `GET events/{id}` answers, and each item of `GET events`. */
export const eventViewSchema = v.object({
  id: v.string(),
  kind: v.picklist(['event', 'train']),
  name: v.string(),
  venue: v.nullable(v.object({ id: v.string(), name: v.string(), city: v.string() })),
  performances: v.array(performanceSummarySchema),
});
export type EventView = v.InferOutput<typeof eventViewSchema>;
/** What `GET events` answers. */
export const eventPageSchema = v.object({ items: v.array(eventViewSchema), next: v.nullable(v.string()) });
const stopViewSchema = v.object({
  code: v.string(),
  name: v.string(),
  arrivesAt: v.nullable(v.string()),
  departsAt: v.nullable(v.string()),
});
export type StopView = v.InferOutput<typeof stopViewSchema>;
const zoneViewSchema = v.object({
  id: v.string(),
  name: v.string(),
  kind: v.picklist(['reserved', 'general']),
  capacity: count,
  available: count,
  /** What one place costs, its fee in it. */
  priceMinor: count,
  /** What of the price is a fee; absent where there is none. */
  feeMinor: v.exactOptional(count),
  class: v.exactOptional(v.string()),
  quota: v.exactOptional(v.string()),
});
export type ZoneView = v.InferOutput<typeof zoneViewSchema>;
/** What `GET performances/{id}` answers. */
export const performanceViewSchema = v.object({
  id: v.string(),
  eventId: v.string(),
  startsAt: v.string(),
  timeZone: v.string(),
  room: v.string(),
  status: v.picklist(PERFORMANCE_STATUSES),
  /** When its sale opens and ends, and how many places one buyer may have, where that is set. */
  onSaleAt: v.exactOptional(v.string()),
  salesEndAt: v.exactOptional(v.string()),
  placesPerBuyer: v.exactOptional(count),
  currency: v.string(),
  stops: v.exactOptional(v.array(stopViewSchema)),
  zones: v.array(zoneViewSchema),
  /** Where the live states of its seats come from: pages add `/performances/{id}` (API.md, Feed). */
  feedUrl: v.exactOptional(v.string()),
  /** Places one visitor may hold at the same time, as its room says. */
  holdLimit: v.exactOptional(count),
});
export type PerformanceView = v.InferOutput<typeof performanceViewSchema>;
/** What `GET performances/{id}/availability` answers. */
export const availabilityViewSchema = v.object({
  /** `epoch.n`: what a feed's `since` and deltas count from. */
  version: v.string(),
  zones: v.array(v.object({ id: v.string(), available: count })),
  /** base64 of 2 bits a seat. */
  states: v.string(),
});
export type AvailabilityView = v.InferOutput<typeof availabilityViewSchema>;
