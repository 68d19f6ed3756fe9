import * as v from 'valibot';
import { laneCodeSchema, laneNameSchema } from './room-settings.ts';
import { roundSchema } from './rounds.ts';

export const PLACE_STATES = ['lobby', 'waiting', 'called', 'ready', 'late', 'admitted', 'active', 'spent'] as const;
export type PlaceState = (typeof PLACE_STATES)[number];

/** What a visitor is told of their place (API.md, **place**). Unknown numbers are null. */
export const placeSchema = v.object({
  /** The signed queue ticket; present when it is new or was signed again. */
  ticket: v.optional(v.string()),
  ticketId: v.string(),
  room: v.string(),
  lane: v.string(),
  /** Present only once it may be known: not for lobby visitors before the opening, not in a round that is not over. */
  score: v.optional(v.string()),
  /** The round of who joined a `random` room, from which anyone can compute the score once its seed is out. */
  round: v.optional(roundSchema),
  state: v.picklist(PLACE_STATES),
  /** First late answer, ms; what the board's `lateTo` is compared with. */
  lateAt: v.optional(v.number()),
  /** Repeat the answer after this many ms. */
  againMs: v.optional(v.number()),
  position: v.nullable(v.number()),
  ahead: v.nullable(v.number()),
  estimatedWaitMs: v.nullable(v.number()),
  pollAfterMs: v.number(),
  boardUrl: v.string(),
  epoch: v.number(),
  now: v.string(),
});
export type Place = v.InferOutput<typeof placeSchema>;

/** `POST tickets` body; every field is optional, and so is the body. */
export const joinRequestSchema = v.strictObject({
  lane: v.optional(laneNameSchema),
  /** Opens a lane that has codes. */
  code: v.optional(laneCodeSchema),
  /** The solved challenge where the room asks for one: base64 of altcha's JSON, or the token of Turnstile's widget. */
  challenge: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(2048))),
  /** Who the shop says this is (a JWT, contracts/identity-keys.ts), where the room asks for it; elsewhere nobody looks at it. */
  identity: v.optional(v.string()),
});

export type JoinRequest = v.InferOutput<typeof joinRequestSchema>;

/** What `POST passes` answers with 201. */
export const passGrantSchema = v.object({
  pass: v.string(),
  sessionEndsAt: v.string(),
  shopUrl: v.string(),
  now: v.string(),
});
export type PassGrant = v.InferOutput<typeof passGrantSchema>;

/** What `POST feed-tokens` answers with 201. */
export const feedTokenGrantSchema = v.object({ token: v.string(), feedUrl: v.string() });
export type FeedTokenGrant = v.InferOutput<typeof feedTokenGrantSchema>;
