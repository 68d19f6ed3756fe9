import type { Sql, Transaction } from '../connect.ts';

/*
 * Moves of performances to another time or venue, and telling those who hold places of them. A move is told by pages of bookings in the
 * order of their ids, each page and its cursor in one transaction; a later move of the same performance takes over from where it is.
 */

/** How long after a move the first is told, seconds: longer than any copy of the catalogue is believed, and than a booking takes to commit. */
const TOLD_AFTER_SECONDS = 15;
/** Bookings made so long after a move may still have been made for the old date, seconds. */
const OLD_COPY_SECONDS = 10;
/** After so long a message that is not there any more counts as sent, days: less than rows that were sent are kept, more than they take. */
const SURELY_TOLD_DAYS = 3;

/** Notes that a performance is about to be at another time: needs its lock, and comes before the row is written. */
export async function noteMove(tx: Transaction, performanceId: string): Promise<void> {
  await noteMoves(tx, tx`p.id = ${performanceId}`);
}

/** Locks the performances of an event that are yet to come. It comes before the event's own lock, as in a change of one of them. */
export async function lockPerformancesToCome(tx: Transaction, eventId: string): Promise<void> {
  await tx`SELECT 1 FROM performances WHERE event_id = ${eventId} AND starts_at > now() ORDER BY id FOR NO KEY UPDATE`;
}

/** Notes that they are about to be at another venue. Needs `lockPerformancesToCome` and the event's lock, and comes before its row. */
export async function noteMovesOfEvent(tx: Transaction, eventId: string): Promise<void> {
  await noteMoves(tx, tx`p.event_id = ${eventId} AND p.starts_at > now()`);
}

async function noteMoves(tx: Transaction, which: ReturnType<Transaction>): Promise<void> {
  await tx`UPDATE performance_moves m SET state = 'superseded', ended_at = now() FROM performances p
    WHERE m.performance_id = p.id AND m.state = 'telling' AND ${which}`;
  await tx`INSERT INTO performance_moves (performance_id, number, was_starts_at, was_time_zone, was_venue, was_city, booked_before, due_at)
    SELECT p.id, p.moves + 1, p.starts_at, p.time_zone, v.name, v.city, now() + make_interval(secs => ${OLD_COPY_SECONDS}),
      now() + make_interval(secs => ${TOLD_AFTER_SECONDS})
    FROM performances p JOIN events e ON e.id = p.event_id LEFT JOIN venues v ON v.id = e.venue_id WHERE ${which}`;
  await tx`UPDATE performances p SET moves = p.moves + 1 WHERE ${which}`;
}

/** A train's stops go with its start, by the same time. Needs the performance's lock, and comes before its row is written. */
export async function moveStops(tx: Transaction, performanceId: string, startsAt: string): Promise<void> {
  await tx`UPDATE performance_stops s SET arrives_at = s.arrives_at + (${startsAt}::timestamptz - p.starts_at),
      departs_at = s.departs_at + (${startsAt}::timestamptz - p.starts_at)
    FROM performances p WHERE p.id = s.performance_id AND p.id = ${performanceId}`;
}

/** A move with bookings that are not told of it yet. */
export type DueMove = { performanceId: string; number: number; afterBookingId: string | null; bookedBefore: Date };

/** Locks a move that is due, if there is one that no other process is at, and not many messages of moves wait to be sent. */
export async function lockDueMove(tx: Transaction, mostWaiting: number): Promise<DueMove | null> {
  const [row] = await tx<
    DueMove[]
  >`SELECT performance_id AS "performanceId", number, after_booking_id AS "afterBookingId",
      booked_before AS "bookedBefore"
    FROM performance_moves WHERE state = 'telling' AND due_at <= now()
      AND (SELECT count(*) FROM (SELECT 1 FROM notifications n WHERE n.kind = 'moved' AND n.done_at IS NULL AND n.dead_at IS NULL
        AND n.due_at <= now() LIMIT ${mostWaiting}) AS waiting) < ${mostWaiting}
    ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED`;
  return row ?? null;
}

/**
 * Writes what tells the next page of bookings of a move, and the holders of tickets that were given away of them, each once for an address
 * and browser; ends the move after the last page. A booking that is not paid yet is told when it has been, or not at all. Needs
 * `lockDueMove`; one statement for all messages. They fall due one after the other, `everyMs` apart, so that others' go in between.
 */
export async function putMovePage(
  tx: Transaction,
  { performanceId, number, afterBookingId, bookedBefore }: DueMove,
  { limit, everyMs }: { limit: number; everyMs: number },
): Promise<number> {
  const page = await tx<{ id: string }[]>`SELECT id FROM bookings WHERE performance_id = ${performanceId}
      AND id > ${afterBookingId ?? '00000000-0000-0000-0000-000000000000'}
      AND status IN ('confirmed', 'pending_payment') AND created_at < ${bookedBefore}
    ORDER BY id LIMIT ${limit}`;
  const ids = page.map(({ id }) => id);
  const { count } = await tx`WITH page AS (SELECT * FROM bookings WHERE id = ANY (${ids}::uuid[])),
    told AS (
      SELECT b.id AS about, b.id AS booking_id, NULL::uuid AS ticket_id, 'mail' AS channel, b.buyer_email AS address,
        notification_address_hash(b.buyer_email) AS hash, b.language, b.status, b.pay_by FROM page b
      UNION ALL SELECT b.id, b.id, NULL, 'push', s.subscription, s.endpoint_hash, s.language, b.status, b.pay_by
        FROM page b JOIN push_subscriptions s ON s.booking_id = b.id WHERE b.is_pushed
      UNION ALL SELECT t.id, NULL, t.id, 'mail', t.holder_email, notification_address_hash(t.holder_email), b.language, b.status, b.pay_by
        FROM page b JOIN entry_tickets t ON t.booking_id = b.id
        WHERE t.revoked_at IS NULL AND t.holder_email IS NOT NULL AND t.created_at < ${bookedBefore})
    INSERT INTO notifications (event, kind, channel, address, address_hash, language, booking_id, entry_ticket_id, payload, due_at)
    SELECT 'move:' || ${performanceId}::text || ':' || ${number}::int || ':' || told.about, 'moved', told.channel, told.address, told.hash,
      told.language, told.booking_id, told.ticket_id, jsonb_build_object('number', ${number}::int),
      CASE told.status WHEN 'confirmed' THEN now() + row_number() OVER (ORDER BY told.about) * ${everyMs}::int * interval '1 millisecond'
        ELSE greatest(told.pay_by, now()) + interval '1 minute' END
    FROM told JOIN notification_channels USING (channel) ON CONFLICT ON CONSTRAINT notifications_once DO NOTHING`;
  await tx`UPDATE push_subscriptions s SET expires_at = greatest(s.expires_at, p.starts_at + interval '30 days')
    FROM performances p WHERE p.id = ${performanceId} AND s.booking_id = ANY (${ids}::uuid[])`;
  const isLast = ids.length < limit;
  await tx`UPDATE performance_moves SET after_booking_id = coalesce(${ids.at(-1) ?? null}, after_booking_id), messages = messages + ${count},
      state = CASE WHEN ${isLast} THEN 'told' ELSE state END, ended_at = CASE WHEN ${isLast} THEN now() END
    WHERE performance_id = ${performanceId} AND number = ${number}`;
  return ids.length;
}

/** How a performance was for who is told, as far as they know; `isLatest`: no later move has taken over. */
export type MoveToTell = {
  isLatest: boolean;
  isElsewhere: boolean;
  wasStartsAt: Date;
  wasTimeZone: string;
  wasVenue: string | null;
  wasCity: string | null;
  nowStartsAt: Date;
};

/**
 * What a message of a move tells its reader: how it was when they last heard of it, by a message that was sent or by their booking or
 * ticket. Null when they know how it is. Plain reads.
 */
export async function readMoveToTell(
  sql: Sql,
  { notificationId, number }: { notificationId: string; number: number },
): Promise<MoveToTell | null> {
  const [row] = await sql<MoveToTell[]>`WITH reader AS (
      SELECT n.address_hash, n.booking_id, n.entry_ticket_id, coalesce(t.created_at, b.created_at) AS knew_at, b.performance_id
      FROM notifications n LEFT JOIN entry_tickets t ON t.id = n.entry_ticket_id
        JOIN bookings b ON b.id = coalesce(n.booking_id, t.booking_id)
      WHERE n.id = ${notificationId}),
    known AS (SELECT r.performance_id, greatest(
        coalesce((SELECT max(split_part(n.event, ':', 3)::int) FROM notifications n
          WHERE (n.booking_id = r.booking_id OR n.entry_ticket_id = r.entry_ticket_id) AND n.address_hash = r.address_hash
            AND n.kind = 'moved' AND n.done_at IS NOT NULL AND n.last_error IS NULL), 0),
        coalesce((SELECT max(m.number) FROM performance_moves m WHERE m.performance_id = r.performance_id
          AND (m.booked_before <= r.knew_at
            OR (m.state = 'told' AND m.ended_at < now() - make_interval(days => ${SURELY_TOLD_DAYS})))), 0)) AS number
      FROM reader r)
    SELECT p.moves = ${number} AS "isLatest", (m.was_venue, m.was_city) IS DISTINCT FROM (v.name, v.city) AS "isElsewhere",
      m.was_starts_at AS "wasStartsAt", m.was_time_zone AS "wasTimeZone", m.was_venue AS "wasVenue", m.was_city AS "wasCity",
      p.starts_at AS "nowStartsAt"
    FROM known k JOIN performances p ON p.id = k.performance_id JOIN events e ON e.id = p.event_id LEFT JOIN venues v ON v.id = e.venue_id
      JOIN performance_moves m ON m.performance_id = p.id AND m.number = k.number + 1`;
  return row ?? null;
}

/** Who has places of some performances that are yet to come: bookings, paid or to be paid, and tickets that were given to somebody else. */
export type Reach = { bookings: number; tickets: number };

/** Counts who would be told of a move just now. A plain read, by performance. */
export async function readReach(
  sql: Sql,
  { performanceId, eventId }: { performanceId: string | null; eventId: string | null },
): Promise<Reach> {
  const [row] = await sql<
    Reach[]
  >`WITH whose AS (SELECT b.id FROM bookings b JOIN performances p ON p.id = b.performance_id
      WHERE b.status IN ('confirmed', 'pending_payment') AND (p.id = ${performanceId} OR (p.event_id = ${eventId} AND p.starts_at > now())))
    SELECT (SELECT count(*)::int FROM whose) AS bookings,
      (SELECT count(*)::int FROM whose JOIN entry_tickets t ON t.booking_id = whose.id
        WHERE t.holder_email IS NOT NULL AND t.revoked_at IS NULL) AS tickets`;
  return row ?? { bookings: 0, tickets: 0 };
}

export type MoveRow = {
  performanceId: string;
  number: number;
  wasStartsAt: Date;
  wasTimeZone: string;
  wasVenue: string | null;
  wasCity: string | null;
  movedAt: Date;
  state: 'telling' | 'told' | 'superseded';
  messages: number;
};

/** The newest moves of a performance, or of an event's. A plain read. */
export async function listMoves(
  sql: Sql,
  { performanceId, eventId, limit }: { performanceId: string | null; eventId: string | null; limit: number },
): Promise<MoveRow[]> {
  return sql<MoveRow[]>`SELECT m.performance_id AS "performanceId", m.number, m.was_starts_at AS "wasStartsAt",
      m.was_time_zone AS "wasTimeZone", m.was_venue AS "wasVenue", m.was_city AS "wasCity", m.moved_at AS "movedAt", m.state, m.messages
    FROM performance_moves m JOIN performances p ON p.id = m.performance_id
    WHERE p.id = ${performanceId} OR p.event_id = ${eventId} ORDER BY m.moved_at DESC, m.performance_id LIMIT ${limit}`;
}
