import * as v from 'valibot';
import { slugSchema, stopCodeSchema } from './catalogue.ts';
import { moneySchema, placesSchema, stretchSchema } from './holds.ts';
import { MAX_PARTY_SIZE } from './limits.ts';
import { plainText } from './plain-text.ts';

const email = v.pipe(v.string(), v.trim(), v.email(), v.maxLength(254));

/**
 * `POST waitlist`: places for a party that stays together, in one zone or in any zone of a class. `legs` are stop codes; absent = the whole
 * run. The address is named as `email`, or as the buyer's.
 */
export const waitlistRequestSchema = v.pipe(
  v.strictObject({
    performanceId: slugSchema,
    zoneId: v.optional(slugSchema),
    class: v.optional(plainText(1, 64)),
    partySize: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MAX_PARTY_SIZE)),
    legs: v.optional(v.strictObject({ from: stopCodeSchema, to: stopCodeSchema })),
    accessible: v.optional(v.boolean()),
    email: v.optional(email),
    buyer: v.optional(v.strictObject({ name: v.optional(plainText(1, 120)), email: v.optional(email) })),
  }),
  v.forward(
    v.check((wish) => (wish.zoneId === undefined) !== (wish.class === undefined), 'name either a zone or a class'),
    ['zoneId'],
  ),
  v.forward(
    v.check((wish) => (wish.email ?? wish.buyer?.email) !== undefined, 'where the offer is to be sent'),
    ['email'],
  ),
);
export type WaitlistRequest = v.InferOutput<typeof waitlistRequestSchema>;

/**
 * `waiting`: in the line. `offered`: places are kept for you until `offer.offerUntil`. `accepted`: they are held for you. `booked`, `lapsed`
 * (nobody came for the offer) and `left` are over.
 */
export const WAITLIST_STATES = ['waiting', 'offered', 'accepted', 'booked', 'lapsed', 'left'] as const;
export type WaitlistState = (typeof WAITLIST_STATES)[number];

/** What `GET waitlist/{id}` answers. */
export const waitlistViewSchema = v.object({
  id: v.string(),
  performanceId: v.string(),
  zoneId: v.exactOptional(v.string()),
  class: v.exactOptional(v.string()),
  partySize: v.pipe(v.number(), v.integer()),
  accessible: v.exactOptional(v.literal(true)),
  legs: v.exactOptional(stretchSchema),
  state: v.picklist(WAITLIST_STATES),
  /** People ahead + 1 of those who wait for the same places; null when it waits no more. */
  position: v.nullable(v.pipe(v.number(), v.integer())),
  ahead: v.nullable(v.pipe(v.number(), v.integer())),
  offer: v.exactOptional(
    v.object({
      /** Until when it may be accepted; once it is, until when it may be booked. */
      offerUntil: v.string(),
      items: placesSchema,
      total: moneySchema,
    }),
  ),
  now: v.string(),
});
export type WaitlistView = v.InferOutput<typeof waitlistViewSchema>;

/** What `POST waitlist` answers with 201: the view, and the token that alone opens it. */
export const waitlistJoinedSchema = v.object({ ...waitlistViewSchema.entries, token: v.string() });
export type WaitlistJoined = v.InferOutput<typeof waitlistJoinedSchema>;
