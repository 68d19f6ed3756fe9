import type { BookingStatus } from '../../contracts/bookings.ts';
import { TAKE_BACK_HOURS } from '../../contracts/limits.ts';
import type { Sql } from '../connect.ts';

/** What a booking's messages and files tell, beside what the catalogue knows of its performance. */
export type ToldBooking = {
  id: string;
  performanceId: string;
  status: BookingStatus;
  version: number;
  accessTokenHash: Uint8Array;
  buyerName: string;
  totalMinor: number;
  refundedMinor: number;
  currency: string;
  fromLeg: number;
  toLeg: number;
  payBy: Date;
  language: string;
  now: Date;
  /** How often its performance was moved. */
  moves: number;
};

/** A booking with what went back of its money, or null. A plain read. */
export async function readToldBooking(sql: Sql, id: string): Promise<ToldBooking | null> {
  const [row] = await sql<ToldBooking[]>`SELECT b.id, b.performance_id AS "performanceId", b.status, b.version,
      b.access_token_hash AS "accessTokenHash", b.buyer_name AS "buyerName", b.total_minor AS "totalMinor", b.currency, b.from_leg AS "fromLeg", b.to_leg AS "toLeg",
      b.pay_by AS "payBy", b.language, now() AS now, p.moves,
      (SELECT coalesce(sum(l.amount_minor), 0)::bigint FROM payment_ledger l JOIN payments p ON p.id = l.payment_id
        WHERE p.booking_id = b.id AND l.kind = 'refund') AS "refundedMinor"
    FROM bookings b JOIN performances p ON p.id = b.performance_id WHERE b.id = ${id}`;
  return row ?? null;
}

/** The lines of a booking, as it was bought. A plain read. */
export async function readToldItems(
  sql: Sql,
  bookingId: string,
): Promise<{ zoneId: string; seatId: string | null; quantity: number }[]> {
  return sql`SELECT zone_id AS "zoneId", seat_id AS "seatId", quantity FROM booking_items
    WHERE booking_id = ${bookingId} ORDER BY line`;
}

/** How an event and its venue are called. */
export type ToldEvent = { name: string; kind: 'event' | 'train'; venue: string | null; city: string | null };

/** An event's names, or null. A plain read. */
export async function readToldEvent(sql: Sql, eventId: string): Promise<ToldEvent | null> {
  const [row] = await sql<ToldEvent[]>`SELECT e.name, e.kind, v.name AS venue, v.city
    FROM events e LEFT JOIN venues v ON v.id = e.venue_id WHERE e.id = ${eventId}`;
  return row ?? null;
}

/** A ticket that was given to somebody, as messages tell of it. `isFromBuyer`: nobody had it in between. */
export type ToldTicket = {
  id: string;
  bookingId: string;
  performanceId: string;
  fromLeg: number;
  toLeg: number;
  zoneId: string;
  seatId: string | null;
  version: number;
  /** Null of one that is with the buyer of its booking, again. */
  accessTokenHash: Uint8Array | null;
  isRevoked: boolean;
  holderName: string;
  giverName: string;
  isFromBuyer: boolean;
  moves: number;
  /** Until when who gave it could take it back, as things stand. */
  takeBackUntil: Date;
};

/** A ticket that was given to somebody, or null. A plain read. */
export async function readToldTicket(sql: Sql, id: string): Promise<ToldTicket | null> {
  const [row] = await sql<ToldTicket[]>`SELECT t.id, t.booking_id AS "bookingId", b.performance_id AS "performanceId",
      b.from_leg AS "fromLeg", b.to_leg AS "toLeg", t.zone_id AS "zoneId", t.seat_id AS "seatId", t.version,
      t.access_token_hash AS "accessTokenHash", t.revoked_at IS NOT NULL AS "isRevoked", coalesce(t.holder_name, b.buyer_name) AS "holderName",
      coalesce(old.holder_name, b.buyer_name) AS "giverName", old.holder_name IS NULL AS "isFromBuyer", p.moves,
      least(t.created_at + make_interval(hours => ${TAKE_BACK_HOURS}), p.starts_at) AS "takeBackUntil"
    FROM entry_tickets t JOIN entry_tickets old ON old.id = t.replaces JOIN bookings b ON b.id = t.booking_id
      JOIN performances p ON p.id = b.performance_id
    WHERE t.id = ${id}`;
  return row ?? null;
}
