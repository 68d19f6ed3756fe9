import { TAKE_BACK_HOURS } from '../../contracts/limits.ts';
import type { Sql, Transaction } from '../connect.ts';

/** An entry ticket with what says whose it is. The holder's fields are null while it is with the buyer of its booking. */
export type OwnedTicket = {
  id: string;
  bookingId: string;
  ordinal: number;
  zoneId: string;
  seatId: string | null;
  version: number;
  isRevoked: boolean;
  isTransferred: boolean;
  /** Whether who gave it has taken it back. */
  isTakenBack: boolean;
  holderName: string | null;
  holderEmail: string | null;
  accessTokenHash: Uint8Array | null;
};

const columns = (sql: Sql | Transaction) => sql`t.id, t.booking_id AS "bookingId", t.ordinal, t.zone_id AS "zoneId",
  t.seat_id AS "seatId", t.version, t.revoked_at IS NOT NULL AS "isRevoked",
  EXISTS (SELECT 1 FROM entry_tickets n WHERE n.replaces = t.id) AS "isTransferred",
  EXISTS (SELECT 1 FROM entry_tickets n WHERE n.replaces = t.id AND n.is_return) AS "isTakenBack",
  t.holder_name AS "holderName", t.holder_email AS "holderEmail", t.access_token_hash AS "accessTokenHash"`;

/** One ticket, valid or not, or null. A plain read by key. */
export async function readOwnedTicket(sql: Sql, id: string): Promise<OwnedTicket | null> {
  const [row] = await sql<OwnedTicket[]>`SELECT ${columns(sql)} FROM entry_tickets t WHERE t.id = ${id}`;
  return row ?? null;
}

/** The same under its lock, which comes after the booking's: check-ins and other transfers of it wait. */
export async function lockOwnedTicket(tx: Transaction, id: string): Promise<OwnedTicket | null> {
  const [locked] = await tx`SELECT 1 FROM entry_tickets WHERE id = ${id} FOR UPDATE`;
  if (locked === undefined) return null;
  // A statement of its own: its snapshot has what was written while the lock was waited for.
  const [row] = await tx<OwnedTicket[]>`SELECT ${columns(tx)} FROM entry_tickets t WHERE t.id = ${id}`;
  return row ?? null;
}

/** The ticket that took the place of one, as who takes it back has to know it. */
export type Replacement = OwnedTicket & { isReturn: boolean; isTooLate: boolean };

/** Until when a given ticket `n` of performance `p` can be taken back. */
const takeBackUntil = (sql: Sql | Transaction) =>
  sql`least(n.created_at + make_interval(hours => ${TAKE_BACK_HOURS}), p.starts_at)`;

/** Locks the ticket that took the place of one; null when none did. Needs the booking's lock and that of the one it replaces. */
export async function lockReplacement(tx: Transaction, replaces: string): Promise<Replacement | null> {
  const [locked] = await tx<{ id: string }[]>`SELECT id FROM entry_tickets WHERE replaces = ${replaces} FOR UPDATE`;
  if (locked === undefined) return null;
  const [row] = await tx<Replacement[]>`SELECT ${columns(tx)}, t.is_return AS "isReturn",
      (SELECT ${takeBackUntil(tx)} <= now() FROM entry_tickets n JOIN bookings b ON b.id = n.booking_id
        JOIN performances p ON p.id = b.performance_id WHERE n.id = t.id) AS "isTooLate"
    FROM entry_tickets t WHERE t.id = ${locked.id}`;
  return row ?? null;
}

/** A ticket that its giver has no more: `id` is the one they had. `takeBackUntil`: null when it can't be taken back. */
export type GivenTicketRow = {
  id: string;
  zoneId: string;
  seatId: string | null;
  holderName: string;
  takeBackUntil: Date | null;
};

/** Tickets of a booking that its buyer gave away and does not have back, or the one that replaces `ticketId`. Plain reads by booking. */
export async function readGivenTickets(
  sql: Sql,
  { bookingId, ticketId = null }: { bookingId: string; ticketId?: string | null },
): Promise<GivenTicketRow[]> {
  return sql<
    GivenTicketRow[]
  >`SELECT old.id, old.zone_id AS "zoneId", old.seat_id AS "seatId", n.holder_name AS "holderName",
      CASE WHEN n.revoked_at IS NULL AND ${takeBackUntil(sql)} > now() AND NOT EXISTS (SELECT 1 FROM check_ins c WHERE c.ticket_id = n.id)
        THEN ${takeBackUntil(sql)} END AS "takeBackUntil"
    FROM entry_tickets n JOIN entry_tickets old ON old.id = n.replaces JOIN bookings b ON b.id = n.booking_id
      JOIN performances p ON p.id = b.performance_id
    WHERE n.booking_id = ${bookingId} AND NOT n.is_return
      AND (old.id = ${ticketId}::uuid OR (${ticketId}::uuid IS NULL AND old.holder_email IS NULL))
      AND NOT EXISTS (SELECT 1 FROM entry_tickets back WHERE back.replaces = n.id AND back.is_return)
    ORDER BY n.ordinal, n.version`;
}

export type NewHolder = { name: string; email: string; emailNormalised: string; accessTokenHash: Uint8Array };

/** Revokes a ticket and writes the one that takes its place; without a holder it is the buyer's own again. Needs the locks of the booking and of the ticket. READ COMMITTED. */
export async function replaceTicket(
  tx: Transaction,
  old: Pick<OwnedTicket, 'id' | 'bookingId' | 'ordinal' | 'zoneId' | 'seatId' | 'version'>,
  newId: string,
  { holder, isReturn }: { holder: NewHolder; isReturn: false } | { holder: NewHolder | null; isReturn: true },
): Promise<void> {
  await tx`UPDATE entry_tickets SET revoked_at = now() WHERE id = ${old.id}`;
  await tx`INSERT INTO entry_tickets (id, booking_id, ordinal, zone_id, seat_id, version, replaces, holder_name, holder_email,
      holder_email_normalised, access_token_hash, is_return)
    VALUES (${newId}, ${old.bookingId}, ${old.ordinal}, ${old.zoneId}, ${old.seatId}, ${old.version + 1}, ${old.id}, ${holder?.name ?? null},
      ${holder?.email ?? null}, ${holder?.emailNormalised ?? null}, ${holder === null ? null : Buffer.from(holder.accessTokenHash)},
      ${isReturn})`;
}
