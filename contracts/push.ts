import * as v from 'valibot';

/** Browsers that one booking tells at most: a household's. */
export const MAX_PUSH_SUBSCRIPTIONS = 5;

const base64Url = (bytes: number, what: string) =>
  v.pipe(v.string(), v.regex(new RegExp(`^[A-Za-z0-9_-]{${Math.ceil((bytes * 4) / 3)}}$`), `must be ${what}`));

/** A browser's push subscription, as `PushSubscription.toJSON()` writes it (Push API; keys by RFC 8291 §2). */
export const pushSubscriptionSchema = v.strictObject({
  endpoint: v.pipe(v.string(), v.maxLength(1000)),
  expirationTime: v.nullish(v.number()),
  keys: v.strictObject({ p256dh: base64Url(65, 'a P-256 point'), auth: base64Url(16, 'a secret of 16 bytes') }),
});
export type PushSubscriptionJson = v.InferOutput<typeof pushSubscriptionSchema>;

/** What `POST bookings/{id}/push-subscriptions` answers with 201: the same id for the same browser. */
export type PushSubscribed = { id: string };

/** By which ways this shop can tell somebody something, as `GET notification-channels` answers; `publicKey` is for `subscribe()` (RFC 8292). */
export type NotificationChannels = { mail: boolean; push: { publicKey: string } | null };

/** What a push message carries, for our service worker to show. `tag`: one that comes twice takes the place of the first. */
export type PushPayload = { title: string; body: string; url: string; tag: string; language: string };
