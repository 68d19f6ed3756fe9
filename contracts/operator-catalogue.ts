import * as v from 'valibot';
import { type PerformanceStatus, slugSchema, type StopView, stopCodeSchema, type ZoneView } from './catalogue.ts';
import { countrySchema, currencySchema, momentSchema, timeZoneSchema } from './iso-codes.ts';
import { plainText } from './plain-text.ts';

/** What operators send of the catalogue, and what they read of it (API.md, operator/events and operator/performances). */

/** Legs of a run at most, by the table's own check; one stop more. */
const MAX_STOPS = 65;
/** Zones of a performance at most: a train of all classes and quotas has some fifty. */
export const MAX_ZONES = 200;
/** Places of one zone at most: twice the largest stadium. */
export const MAX_ZONE_PLACES = 1_000_000;
/** Highest price of one place in minor units: ten million of a currency with cents. */
const MAX_PRICE_MINOR = 1_000_000_000;
/** Longest cut-off before the start, in seconds: a month. */
const MAX_CUT_OFF_SECONDS = 31 * 86_400;
/** Most places one buyer may be given by rule. */
const MAX_PLACES_PER_BUYER = 1000;

const whole = (min: number, max: number) => v.pipe(v.number(), v.integer(), v.minValue(min), v.maxValue(max));
const title = plainText(1, 200);
/** Names that search finds it by, beside its own. */
const names = v.pipe(v.array(title), v.maxLength(50));
const NAME_ONE = 'name at least one field';

/** What a buyer pays for one place, all fees in it. */
export const priceSchema = whole(1, MAX_PRICE_MINOR);
/** What of the price is a fee. */
export const feeSchema = whole(0, MAX_PRICE_MINOR);
/** A class or quota of a zone, as trains have them. */
export const classSchema = v.pipe(plainText(1, 40), v.regex(/^\S+$/, 'one word'));

const venueFields = { name: title, city: plainText(1, 120), country: countrySchema, timeZone: timeZoneSchema };
/** `POST operator/venues`; without an id one is made from the name. */
export const newVenueSchema = v.strictObject({
  id: v.optional(slugSchema),
  ...venueFields,
  aliases: v.optional(names, []),
});
export type NewVenueRequest = v.InferOutput<typeof newVenueSchema>;
export const venuePatchSchema = v.pipe(
  v.partial(v.strictObject({ ...venueFields, aliases: names })),
  v.check((patch) => Object.keys(patch).length > 0, NAME_ONE),
);
export type VenuePatch = v.InferOutput<typeof venuePatchSchema>;
export type OperatorVenueView = {
  id: string;
  name: string;
  city: string;
  country: string;
  timeZone: string;
  aliases: string[];
  version: number;
};

/** `POST operator/events`; without an id one is made from the name. */
export const newEventSchema = v.strictObject({
  id: v.optional(slugSchema),
  kind: v.optional(v.picklist(['event', 'train']), 'event'),
  name: title,
  venueId: v.optional(v.nullable(slugSchema), null),
  performers: v.optional(names, []),
  aliases: v.optional(names, []),
});
export type NewEventRequest = v.InferOutput<typeof newEventSchema>;
/** An event stays what it is: its performances have stops or they have none. */
export const eventPatchSchema = v.pipe(
  v.partial(v.strictObject({ name: title, venueId: v.nullable(slugSchema), performers: names, aliases: names })),
  v.check((patch) => Object.keys(patch).length > 0, NAME_ONE),
);
export type EventPatch = v.InferOutput<typeof eventPatchSchema>;
export type OperatorEventView = {
  id: string;
  kind: 'event' | 'train';
  name: string;
  venueId: string | null;
  performers: string[];
  aliases: string[];
  version: number;
};

const stopSchema = v.strictObject({
  code: stopCodeSchema,
  name: title,
  arrivesAt: v.optional(v.nullable(momentSchema), null),
  departsAt: v.optional(v.nullable(momentSchema), null),
});
const saleFields = {
  startsAt: momentSchema,
  timeZone: timeZoneSchema,
  /** It goes on sale by itself then; null: by its status alone. */
  onSaleAt: v.nullable(momentSchema),
  /** How long before the start its sale ends; null: not until the status says so. */
  salesCutOffSeconds: v.nullable(whole(0, MAX_CUT_OFF_SECONDS)),
  /** Places one buyer may have, by e-mail address; null: as many as there are. */
  placesPerBuyer: v.nullable(whole(1, MAX_PLACES_PER_BUYER)),
};

/**
 * A zone of a new performance. What it leaves out comes from the zone of that id in the seat map; a general zone may be one that the
 * map does not have.
 */
const newZoneSchema = v.strictObject({
  id: slugSchema,
  name: v.optional(title),
  kind: v.optional(v.picklist(['reserved', 'general'])),
  class: v.optional(classSchema),
  quota: v.optional(classSchema),
  priceMinor: v.optional(priceSchema),
  feeMinor: v.optional(feeSchema),
  capacity: v.optional(whole(0, MAX_ZONE_PLACES)),
});
export type NewZone = v.InferOutput<typeof newZoneSchema>;

const eachOnce = <T>(keyOf: (item: T) => string) =>
  v.check<T[], string>((items) => new Set(items.map(keyOf)).size === items.length, 'names one twice');

/**
 * `POST operator/performances`; without an id one is made from its event and day. `timeZone` may be left out where the event has a
 * venue, `currency` where the seat map brings one, `seatMapId` where no seat has a number.
 */
export const newPerformanceSchema = v.strictObject({
  id: v.optional(slugSchema),
  eventId: slugSchema,
  room: slugSchema,
  status: v.optional(v.picklist(['scheduled', 'on_sale']), 'scheduled'),
  currency: v.optional(currencySchema),
  seatMapId: v.optional(slugSchema),
  stops: v.optional(
    v.pipe(
      v.array(stopSchema),
      v.minLength(2),
      v.maxLength(MAX_STOPS),
      eachOnce(({ code }) => code),
    ),
  ),
  zones: v.optional(
    v.pipe(
      v.array(newZoneSchema),
      v.maxLength(MAX_ZONES),
      eachOnce(({ id }) => id),
    ),
    [],
  ),
  startsAt: saleFields.startsAt,
  timeZone: v.optional(saleFields.timeZone),
  onSaleAt: v.optional(saleFields.onSaleAt, null),
  /** The sale ends with the start, unless it is told otherwise. */
  salesCutOffSeconds: v.optional(saleFields.salesCutOffSeconds, 0),
  placesPerBuyer: v.optional(saleFields.placesPerBuyer, null),
});
export type NewPerformanceRequest = v.InferOutput<typeof newPerformanceSchema>;

const prices = { priceMinor: v.optional(priceSchema), feeMinor: v.optional(feeSchema) };
const zonePatchSchema = v.strictObject({
  id: slugSchema,
  name: v.optional(title),
  ...prices,
  capacity: v.optional(whole(0, MAX_ZONE_PLACES)),
});
const classPatchSchema = v.strictObject({ class: classSchema, ...prices });

/**
 * `PATCH operator/performances/{id}`. `classes` sets the price of every zone of a class at once; a zone's own word comes after it. What is
 * sold keeps its price. A status only goes on: scheduled, on_sale, ended.
 */
export const performancePatchSchema = v.pipe(
  v.partial(
    v.strictObject({
      room: slugSchema,
      status: v.picklist(['scheduled', 'on_sale', 'ended']),
      ...saleFields,
      zones: v.pipe(
        v.array(zonePatchSchema),
        v.minLength(1),
        v.maxLength(MAX_ZONES),
        eachOnce(({ id }) => id),
      ),
      classes: v.pipe(v.array(classPatchSchema), v.minLength(1), v.maxLength(MAX_ZONES)),
    }),
  ),
  v.check((patch) => Object.keys(patch).length > 0, NAME_ONE),
);
export type PerformancePatch = v.InferOutput<typeof performancePatchSchema>;

/**
 * `blocked`: places kept out of the public sale, those of allocations among them. `offered`: to who waits. Both counted on the leg that has
 * most of them. `waiting`: parties in the waitlist, `waitingPlaces` what they want in all; who would take any zone of a class counts in
 * each.
 */
export type OperatorZoneView = Omit<ZoneView, 'available' | 'feeMinor'> & {
  feeMinor: number;
  sold: number;
  blocked: number;
  offered: number;
  waiting: number;
  waitingPlaces: number;
};
export type OperatorPerformanceView = {
  id: string;
  eventId: string;
  room: string;
  status: PerformanceStatus;
  /** What the status and the times come to at this moment. */
  sale: PerformanceStatus;
  startsAt: string;
  timeZone: string;
  onSaleAt: string | null;
  salesCutOffSeconds: number | null;
  salesEndAt: string | null;
  placesPerBuyer: number | null;
  currency: string;
  seatMapId: string;
  stops?: StopView[];
  zones: OperatorZoneView[];
  version: number;
};
