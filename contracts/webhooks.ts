import * as v from 'valibot';

/** What an endpoint may be told of a booking: the state it has come to. */
export const WEBHOOK_EVENTS = [
  'booking.confirmed',
  'booking.cancelled',
  'booking.expired',
  'booking.refunded',
] as const;

/** Longest overlap of an old and a new secret, seconds, and the usual one: a day to bring the new one to the receiver. */
const MAX_OVERLAP_SECONDS = 7 * 86_400;
const OVERLAP_SECONDS = 86_400;

const urlSchema = v.pipe(v.string(), v.maxLength(2000), v.url('must be a whole address'));
const eventsSchema = v.pipe(
  v.array(v.picklist(WEBHOOK_EVENTS)),
  v.minLength(1, 'name at least one event'),
  v.check((events) => new Set(events).size === events.length, 'names an event twice'),
);

/** A new endpoint; without `events` it is told all of them. */
export const newWebhookSchema = v.strictObject({ url: urlSchema, events: v.optional(eventsSchema) });
export type NewWebhook = v.InferOutput<typeof newWebhookSchema>;

/** What may be changed of an endpoint. Disabled, nothing is written for it and nothing sent to it. */
export const webhookPatchSchema = v.strictObject({
  url: v.optional(urlSchema),
  events: v.optional(eventsSchema),
  enabled: v.optional(v.boolean()),
});
export type WebhookPatch = v.InferOutput<typeof webhookPatchSchema>;

/** How long both secrets sign after a rotation; 0 when the old one has leaked. */
export const secretRotationSchema = v.strictObject({
  overlapSeconds: v.optional(
    v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(MAX_OVERLAP_SECONDS)),
    OVERLAP_SECONDS,
  ),
});
export type SecretRotation = v.InferOutput<typeof secretRotationSchema>;

/** An endpoint as operators see it; its secret is told once, when it is made or rotated. */
export const webhookViewSchema = v.object({
  id: v.string(),
  url: v.string(),
  events: v.array(v.picklist(WEBHOOK_EVENTS)),
  enabled: v.boolean(),
  createdAt: v.string(),
  /** The last delivery that was taken, and the last that was not, with its reason. */
  lastDeliveredAt: v.nullable(v.string()),
  lastFailedAt: v.nullable(v.string()),
  lastError: v.nullable(v.string()),
});
export type WebhookView = v.InferOutput<typeof webhookViewSchema>;

/** The answer that tells a secret; `previousUntil`: how long the one before it signs too. */
export const webhookSecretSchema = v.object({
  ...webhookViewSchema.entries,
  secret: v.string(),
  previousUntil: v.nullable(v.string()),
});
