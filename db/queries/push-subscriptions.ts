import type { Sql, Transaction } from '../connect.ts';

/** A browser that is to be told of a booking. `endpoint` names it. */
export type NewPushSubscription = {
  id: string;
  bookingId: string;
  endpoint: string;
  subscription: string;
  language: string;
};

/** How long after a performance a subscription is kept, days: a refund may still be told. */
const KEPT_DAYS = 30;

/**
 * Keeps a subscription; its id, which is the one it had when this browser asked before, or null, having written nothing, where the
 * booking has `most` already. Needs the booking's lock, so that two at once are counted.
 */
export async function putPushSubscription(
  tx: Transaction,
  { id, bookingId, endpoint, subscription, language }: NewPushSubscription,
  most: number,
): Promise<string | null> {
  const [row] = await tx<
    { id: string }[]
  >`INSERT INTO push_subscriptions (id, booking_id, endpoint_hash, subscription, language, expires_at)
    SELECT ${id}, b.id, notification_address_hash(${endpoint}), ${subscription}, ${language},
      p.starts_at + make_interval(days => ${KEPT_DAYS})
    FROM bookings b JOIN performances p ON p.id = b.performance_id
    WHERE b.id = ${bookingId} AND (SELECT count(*) FROM push_subscriptions s
      WHERE s.booking_id = b.id AND s.endpoint_hash <> notification_address_hash(${endpoint})) < ${most}
    ON CONFLICT ON CONSTRAINT push_subscriptions_once DO UPDATE SET subscription = EXCLUDED.subscription, language = EXCLUDED.language
    RETURNING id`;
  // The trigger that tells buyers looks only at bookings that say so.
  if (row !== undefined) await tx`UPDATE bookings SET is_pushed = true WHERE id = ${bookingId} AND NOT is_pushed`;
  return row?.id ?? null;
}

/**
 * The same for an entry of the waitlist, which is told of its offers; kept until the performance begins, when nothing is offered any more.
 * Needs the entry's lock.
 */
export async function putEntrySubscription(
  tx: Transaction,
  { id, entryId, endpoint, subscription, language }: Omit<NewPushSubscription, 'bookingId'> & { entryId: string },
  most: number,
): Promise<string | null> {
  const [row] = await tx<
    { id: string }[]
  >`INSERT INTO push_subscriptions (id, entry_id, endpoint_hash, subscription, language, expires_at)
    SELECT ${id}, e.id, notification_address_hash(${endpoint}), ${subscription}, ${language}, greatest(p.starts_at, now() + interval '1 day')
    FROM waitlist_entries e JOIN performances p ON p.id = e.performance_id
    WHERE e.id = ${entryId} AND (SELECT count(*) FROM push_subscriptions s
      WHERE s.entry_id = e.id AND s.endpoint_hash <> notification_address_hash(${endpoint})) < ${most}
    ON CONFLICT (entry_id, endpoint_hash) WHERE entry_id IS NOT NULL
      DO UPDATE SET subscription = EXCLUDED.subscription, language = EXCLUDED.language
    RETURNING id`;
  return row?.id ?? null;
}

/** Forgets an entry's subscription, if it has one of that id. One statement. */
export async function deleteEntrySubscription(sql: Sql, entryId: string, id: string): Promise<void> {
  await sql`DELETE FROM push_subscriptions WHERE id = ${id} AND entry_id = ${entryId}`;
}

/** Forgets a booking's subscription, if it has one of that id. One statement. */
export async function deletePushSubscription(sql: Sql, bookingId: string, id: string): Promise<void> {
  await sql`DELETE FROM push_subscriptions WHERE id = ${id} AND booking_id = ${bookingId}`;
}

/** Forgets the browser that a notification was for, wherever it had subscribed. One statement, by index. */
export async function forgetBrowser(sql: Sql, notificationId: string): Promise<void> {
  await sql`DELETE FROM push_subscriptions WHERE endpoint_hash = (SELECT address_hash FROM notifications WHERE id = ${notificationId})`;
}
