import type { Sql, Transaction } from '../connect.ts';

/*
 * What is kept about a person: the address and everything that is found by it. A table that learns to keep something of somebody joins in
 * here, both to tell and to erase; personal-data.integration.test.ts asks of every column whether it has to.
 */

/** Whose data: the account, and the one spelling of its address. */
export type Person = { accountId: string; email: string };

/** What stands in the place of a name and of an address that were erased. */
export const ERASED_NAME = 'erased';
export const ERASED_EMAIL = 'erased@erased.invalid';

/** A row as it is told: names in camel case, times as `Date`. */
export type ToldRow = Record<string, unknown>;
export type ToldBooking = ToldRow & { bookingId: string };

/** What is kept of the account itself. Plain reads. */
export async function readAccountData(
  sql: Sql,
  { accountId, email }: Person,
): Promise<{
  account: ToldRow;
  identities: ToldRow[];
  sessions: ToldRow[];
  ticketsReceived: ToldRow[];
  turnNotices: ToldRow[];
} | null> {
  const [[account], identities, sessions, ticketsReceived, turnNotices] = await Promise.all([
    sql<ToldRow[]>`SELECT id AS "accountId", email, created_at AS "createdAt" FROM accounts
      WHERE id = ${accountId} AND email = ${email}`,
    sql<
      ToldRow[]
    >`SELECT issuer, subject, linked_at AS "linkedAt" FROM account_identities WHERE account_id = ${accountId}`,
    sql<ToldRow[]>`SELECT created_at AS "createdAt", expires_at AS "expiresAt" FROM account_sessions
      WHERE account_id = ${accountId} ORDER BY created_at`,
    sql<ToldRow[]>`SELECT id, zone_id AS "zoneId", seat_id AS "seatId", holder_name AS "holderName",
        holder_email AS "holderEmail", created_at AS "createdAt", revoked_at AS "revokedAt"
      FROM entry_tickets WHERE holder_email_normalised = ${email} ORDER BY created_at`,
    sql<ToldRow[]>`SELECT room, ticket_id AS "queueTicket", lane, channel, address, language, created_at AS "createdAt"
      FROM turn_notices WHERE email_normalised = ${email} ORDER BY created_at`,
  ]);
  return account === undefined ? null : { account, identities, sessions, ticketsReceived, turnNotices };
}

/** A page of bookings with all that hangs on them, oldest first, after `afterId` ('' = from the first). Plain reads. */
export async function readBookingData(
  sql: Sql,
  email: string,
  { afterId, limit }: { afterId: string; limit: number },
): Promise<ToldBooking[]> {
  const bookings = await sql<ToldBooking[]>`SELECT b.id AS "bookingId", b.performance_id AS "performanceId",
      e.name AS "eventName", p.starts_at AS "startsAt", b.status, b.buyer_name AS "buyerName", b.buyer_email AS "buyerEmail",
      b.passengers, b.language, b.owner AS "queueTicket", b.identity AS "identityHash", b.total_minor AS "totalMinor", b.currency,
      b.pay_by AS "payBy", b.created_at AS "createdAt", b.changed_at AS "changedAt"
    FROM bookings b JOIN performances p ON p.id = b.performance_id JOIN events e ON e.id = p.event_id
    WHERE b.email_normalised = ${email} AND b.id > ${afterId === '' ? '00000000-0000-0000-0000-000000000000' : afterId}
    ORDER BY b.id LIMIT ${limit}`;
  const ids = bookings.map(({ bookingId }) => bookingId);
  const parts = await Promise.all(
    Object.entries(PARTS).map(async ([name, read]) => [name, await read(sql, ids)] as const),
  );
  return bookings.map((booking) => ({
    ...booking,
    ...Object.fromEntries(
      parts.map(([name, rows]): [string, ToldRow[]] => [
        name,
        rows.filter((row) => row.bookingId === booking.bookingId).map(({ bookingId: _, ...row }) => row),
      ]),
    ),
  }));
}

type Part = (sql: Sql, ids: string[]) => PromiseLike<ToldBooking[]>;

/** What hangs on a booking, by the name it is told under. */
const PARTS: Record<string, Part> = {
  items: (sql, ids) =>
    sql`SELECT booking_id AS "bookingId", zone_id AS "zoneId", seat_id AS "seatId", quantity, price_minor AS "priceMinor"
      FROM booking_items WHERE booking_id = ANY (${ids}::uuid[]) ORDER BY booking_id, line`,
  payments: (sql, ids) =>
    sql`SELECT booking_id AS "bookingId", id AS "paymentId", provider, status, amount_minor AS "amountMinor", currency,
        created_at AS "createdAt" FROM payments WHERE booking_id = ANY (${ids}::uuid[]) ORDER BY created_at`,
  moneyMoved: (sql, ids) =>
    sql`SELECT p.booking_id AS "bookingId", l.payment_id AS "paymentId", l.kind, l.provider_event AS "providerEvent",
        l.amount_minor AS "amountMinor", l.currency, l.at
      FROM payments p JOIN payment_ledger l ON l.payment_id = p.id WHERE p.booking_id = ANY (${ids}::uuid[]) ORDER BY l.at`,
  retainedFees: (sql, ids) =>
    sql`SELECT booking_id AS "bookingId", amount_minor AS "amountMinor", currency, at FROM retained_fees
      WHERE booking_id = ANY (${ids}::uuid[])`,
  entryTickets: (sql, ids) =>
    sql`SELECT booking_id AS "bookingId", id, zone_id AS "zoneId", seat_id AS "seatId", version,
        created_at AS "createdAt", revoked_at AS "revokedAt"
      FROM entry_tickets WHERE booking_id = ANY (${ids}::uuid[]) ORDER BY ordinal, version`,
  checkIns: (sql, ids) =>
    sql`SELECT t.booking_id AS "bookingId", c.ticket_id AS "ticketId", c.gate, c.scanned_at AS "scannedAt"
      FROM entry_tickets t JOIN check_ins c ON c.ticket_id = t.id WHERE t.booking_id = ANY (${ids}::uuid[]) ORDER BY c.scanned_at`,
  messages: (sql, ids) =>
    sql`SELECT booking_id AS "bookingId", kind, channel, address, language, created_at AS "createdAt", done_at AS "sentAt"
      FROM notifications WHERE booking_id = ANY (${ids}::uuid[]) ORDER BY created_at`,
  pushSubscriptions: (sql, ids) =>
    sql`SELECT booking_id AS "bookingId", subscription, language, created_at AS "createdAt"
      FROM push_subscriptions WHERE booking_id = ANY (${ids}::uuid[]) ORDER BY created_at`,
  history: (sql, ids) =>
    sql`SELECT booking_id AS "bookingId", at, actor, action FROM booking_history
      WHERE booking_id = ANY (${ids}::uuid[]) ORDER BY at`,
};

/** The bookings of an address that stand in the way of erasing it: unpaid ones, and paid ones whose performance is yet to come. */
export async function lockOpenBookings(
  tx: Transaction,
  email: string,
): Promise<{ id: string; status: 'pending_payment' | 'confirmed' }[]> {
  return tx<{ id: string; status: 'pending_payment' | 'confirmed' }[]>`SELECT b.id, b.status
    FROM bookings b JOIN performances p ON p.id = b.performance_id
    WHERE b.email_normalised = ${email}
      AND (b.status = 'pending_payment' OR (b.status = 'confirmed' AND p.starts_at > now()))
    ORDER BY b.id FOR UPDATE OF b`;
}

/**
 * Overwrites names, addresses, passengers and the hash of an identity in an address's bookings, and its name on tickets that it was given;
 * their money, places and tickets stay. `addressCaller`: under whose name answers to this address were stored. Returns how many bookings
 * there were.
 */
export async function eraseBookings(tx: Transaction, email: string, addressCaller: string): Promise<number> {
  // What was not sent yet will not be; of what was sent the address is gone already.
  await tx`DELETE FROM notifications WHERE booking_id IN (SELECT id FROM bookings WHERE email_normalised = ${email})
    OR entry_ticket_id IN (SELECT id FROM entry_tickets WHERE holder_email_normalised = ${email})
    OR (kind = 'returned' AND entry_ticket_id IN (SELECT t.id FROM entry_tickets t JOIN bookings b ON b.id = t.booking_id
      WHERE b.email_normalised = ${email} AND t.holder_email IS NULL))
    OR (kind IN ('given', 'taken_back') AND entry_ticket_id IN (SELECT id FROM entry_tickets WHERE replaces IN (
      SELECT id FROM entry_tickets WHERE holder_email_normalised = ${email}
      UNION ALL SELECT t.id FROM entry_tickets t JOIN bookings b ON b.id = t.booking_id
        WHERE b.email_normalised = ${email} AND t.holder_email IS NULL)))
    OR (done_at IS NULL AND address_hash = notification_address_hash(${email}))`;
  await tx`DELETE FROM push_subscriptions WHERE booking_id IN (SELECT id FROM bookings WHERE email_normalised = ${email})`;
  await tx`DELETE FROM turn_notices WHERE email_normalised = ${email}`;
  const { count } = await tx`UPDATE bookings SET buyer_name = ${ERASED_NAME}, buyer_email = ${ERASED_EMAIL},
      email_normalised = 'erased ' || id, passengers = '[]', identity = NULL
    WHERE email_normalised = ${email}`;
  await tx`UPDATE entry_tickets SET holder_name = ${ERASED_NAME}, holder_email = ${ERASED_EMAIL},
      holder_email_normalised = ${ERASED_EMAIL} WHERE holder_email_normalised = ${email}`;
  await tx`DELETE FROM idempotency_keys WHERE caller = ${addressCaller}`;
  return count;
}

/** What an address waited for, oldest first. A plain read. */
export async function readWaitlistData(sql: Sql, email: string): Promise<ToldRow[]> {
  return sql<
    ToldRow[]
  >`SELECT id, performance_id AS "performanceId", zone_id AS "zoneId", class, party_size AS "partySize", name, email, language,
      state, created_at AS "createdAt", ended_at AS "endedAt",
      (SELECT coalesce(json_agg(json_build_object('offeredAt', o.offered_at, 'offerUntil', o.offer_until, 'acceptedAt', o.accepted_at)
        ORDER BY o.offered_at), '[]') FROM waitlist_offers o WHERE o.entry_id = e.id) AS offers,
      (SELECT coalesce(json_agg(json_build_object('channel', n.channel, 'address', n.address, 'createdAt', n.created_at, 'sentAt', n.done_at)
        ORDER BY n.created_at), '[]') FROM waitlist_offers o JOIN notifications n ON n.event = 'offer:' || o.block_id
        WHERE o.entry_id = e.id) AS messages,
      (SELECT coalesce(json_agg(json_build_object('subscription', s.subscription, 'language', s.language, 'createdAt', s.created_at)
        ORDER BY s.created_at), '[]') FROM push_subscriptions s WHERE s.entry_id = e.id) AS "pushSubscriptions"
    FROM waitlist_entries e WHERE email_normalised = ${email} ORDER BY number`;
}

/** Overwrites name and address of what an address waited for. Who still waits leaves the line; an offer is left to lapse. */
export async function eraseEntries(tx: Transaction, email: string): Promise<void> {
  // By the offer, not by the address: it may be spelt otherwise than the account's.
  await tx`DELETE FROM notifications WHERE event IN (SELECT 'offer:' || o.block_id
    FROM waitlist_entries e JOIN waitlist_offers o ON o.entry_id = e.id WHERE e.email_normalised = ${email})`;
  await tx`DELETE FROM push_subscriptions WHERE entry_id IN (SELECT id FROM waitlist_entries WHERE email_normalised = ${email})`;
  await tx`UPDATE waitlist_entries SET name = NULL, email = ${ERASED_EMAIL}, email_normalised = 'erased ' || id, token_sealed = '',
      state = CASE WHEN state = 'waiting' THEN 'left' ELSE state END,
      ended_at = CASE WHEN state = 'waiting' THEN now() ELSE ended_at END
    WHERE email_normalised = ${email}`;
}
