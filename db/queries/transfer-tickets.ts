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
  holderName: string | null;
  holderEmail: string | null;
  accessTokenHash: Uint8Array | null;
};

const columns = (sql: Sql | Transaction) => sql`t.id, t.booking_id AS "bookingId", t.ordinal, t.zone_id AS "zoneId",
  t.seat_id AS "seatId", t.version, t.revoked_at IS NOT NULL AS "isRevoked",
  EXISTS (SELECT 1 FROM entry_tickets n WHERE n.replaces = t.id) AS "isTransferred",
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

export type NewHolder = { name: string; email: string; emailNormalised: string; accessTokenHash: Uint8Array };

/** Revokes a ticket and writes the one that takes its place. Needs the locks of the booking and of the ticket. READ COMMITTED. */
export async function replaceTicket(
  tx: Transaction,
  old: Pick<OwnedTicket, 'id' | 'bookingId' | 'ordinal' | 'zoneId' | 'seatId' | 'version'>,
  newId: string,
  holder: NewHolder,
): Promise<void> {
  await tx`UPDATE entry_tickets SET revoked_at = now() WHERE id = ${old.id}`;
  await tx`INSERT INTO entry_tickets (id, booking_id, ordinal, zone_id, seat_id, version, replaces, holder_name, holder_email,
      holder_email_normalised, access_token_hash)
    VALUES (${newId}, ${old.bookingId}, ${old.ordinal}, ${old.zoneId}, ${old.seatId}, ${old.version + 1}, ${old.id}, ${holder.name},
      ${holder.email}, ${holder.emailNormalised}, ${Buffer.from(holder.accessTokenHash)})`;
}
