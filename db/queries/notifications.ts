import type { Sql, Transaction } from '../connect.ts';
import type { FailedWork } from './outbox.ts';

/** One event for one address, taken to be sent. */
export type NotificationRow = {
  id: string;
  kind: string;
  channel: 'mail' | 'push';
  address: string;
  language: string;
  bookingId: string | null;
  entryTicketId: string | null;
  payload: unknown;
  attempts: number;
};

/** Says whether anything is to be written for a channel from now on. One row's insert or delete. */
export async function setChannel(sql: Sql, channel: 'mail' | 'push', isOn: boolean): Promise<void> {
  await (isOn
    ? sql`INSERT INTO notification_channels (channel) VALUES (${channel}) ON CONFLICT DO NOTHING`
    : sql`DELETE FROM notification_channels WHERE channel = ${channel}`);
}

/**
 * Writes what reminds of each unpaid booking that ends within `withinSeconds`, each once; returns how many rows are new. Bookings that
 * end in less than `atLeastSeconds` are left: the message would come too late. Plain reads by `bookings_due`.
 */
export async function putExpiring(
  sql: Sql,
  { withinSeconds, atLeastSeconds, limit }: { withinSeconds: number; atLeastSeconds: number; limit: number },
): Promise<number> {
  const rows = await sql`WITH due AS (SELECT b.id, b.buyer_email, b.language FROM bookings b
    WHERE b.status = 'pending_payment' AND b.pay_by > now() + make_interval(secs => ${atLeastSeconds})
      AND b.pay_by <= now() + make_interval(secs => ${withinSeconds})
      AND NOT EXISTS (SELECT 1 FROM notifications n WHERE n.event = 'expiring:' || b.id)
    ORDER BY b.pay_by LIMIT ${limit}),
    told AS (SELECT due.id, 'mail' AS channel, due.buyer_email AS address, notification_address_hash(due.buyer_email) AS hash, due.language
      FROM due
      UNION ALL SELECT due.id, 'push', s.subscription, s.endpoint_hash, s.language
      FROM due JOIN push_subscriptions s ON s.booking_id = due.id)
    INSERT INTO notifications (event, kind, channel, address, address_hash, language, booking_id)
    SELECT 'expiring:' || told.id, 'expiring', told.channel, told.address, told.hash, told.language, told.id
    FROM told JOIN notification_channels USING (channel) ON CONFLICT ON CONSTRAINT notifications_once DO NOTHING RETURNING 1`;
  return rows.length;
}

/** Who is told of a ticket that was given away, or taken back: who has it now, and who had it. */
export type TransferToTell = { entryTicketId: string; to: string; from: string };

/**
 * Writes what tells who has a ticket now, and who had it before, in the booking's language and in the transaction that gives it; false,
 * having written nothing, where no mail is sent.
 */
export async function putTransfer(
  tx: Transaction,
  { entryTicketId, to, from }: TransferToTell,
  kinds: { to: 'transferred'; from: 'given' } | { to: 'returned'; from: 'taken_back' },
): Promise<boolean> {
  const rows =
    await tx`INSERT INTO notifications (event, kind, channel, address, address_hash, language, entry_ticket_id)
    SELECT 'entry-ticket:' || ${entryTicketId}::text || ':' || told.kind, told.kind, 'mail', told.address,
      notification_address_hash(told.address), b.language, t.id
    FROM entry_tickets t JOIN bookings b ON b.id = t.booking_id
      CROSS JOIN (VALUES (${kinds.to}::text, ${to}::text), (${kinds.from}::text, ${from}::text)) AS told (kind, address)
    WHERE t.id = ${entryTicketId} AND EXISTS (SELECT 1 FROM notification_channels WHERE channel = 'mail') RETURNING 1`;
  return rows.length > 0;
}

/** Takes due notifications of one channel for `leaseSeconds`; one statement, `FOR UPDATE SKIP LOCKED`. Counts the attempt. */
export async function takeNotifications(
  sql: Sql,
  { channel, limit, leaseSeconds }: { channel: NotificationRow['channel']; limit: number; leaseSeconds: number },
): Promise<NotificationRow[]> {
  return sql<NotificationRow[]>`UPDATE notifications SET attempts = attempts + 1,
      due_at = now() + make_interval(secs => ${leaseSeconds})
    WHERE id IN (SELECT id FROM notifications WHERE done_at IS NULL AND dead_at IS NULL AND due_at <= now()
      AND channel = ${channel} ORDER BY due_at LIMIT ${limit} FOR UPDATE SKIP LOCKED)
    RETURNING id, kind, channel, address, language, booking_id AS "bookingId", entry_ticket_id AS "entryTicketId",
      payload, attempts`;
}

/** Marks one as sent, or as not worth sending any more (`reason`), and forgets the address. One row's update. */
export async function finishNotification(sql: Sql, id: string, reason: string | null): Promise<void> {
  await sql`UPDATE notifications SET done_at = now(), last_error = ${reason}, address = NULL, payload = '{}' WHERE id = ${id}`;
}

/** Puts one off by up to a quarter more than asked, so that what failed together does not come back together, or lays it aside. */
export async function failNotification(sql: Sql, { id, error, retryInMs }: FailedWork): Promise<void> {
  await sql`UPDATE notifications SET last_error = ${error},
      due_at = now() + ${retryInMs ?? 0}::float8 * (1 + random() / 4) * interval '1 millisecond',
      dead_at = CASE WHEN ${retryInMs === null} THEN now() END
    WHERE id = ${id}`;
}
