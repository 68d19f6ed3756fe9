import type { Sql, Transaction } from '../connect.ts';

export type EntryTicketRow = { id: string; zoneId: string; seatId: string | null; version: number };

/** Writes a confirmed booking's tickets. Needs the booking's lock; `entry_tickets_one_valid` refuses a second set. */
export async function insertEntryTickets(
  tx: Transaction,
  bookingId: string,
  tickets: { id: string; zoneId: string; seatId: string | null }[],
): Promise<void> {
  await tx`INSERT INTO entry_tickets (id, booking_id, ordinal, zone_id, seat_id)
    SELECT ticket.id, ${bookingId}, ticket.ordinal - 1, ticket.zone_id, ticket.seat_id
    FROM unnest(${tickets.map((ticket) => ticket.id)}::uuid[], ${tickets.map((ticket) => ticket.zoneId)}::text[],
      ${tickets.map((ticket) => ticket.seatId)}::text[]) WITH ORDINALITY AS ticket (id, zone_id, seat_id, ordinal)`;
}

/** Revokes all tickets of a booking. Needs the booking's lock. */
export async function revokeEntryTickets(tx: Transaction, bookingId: string): Promise<void> {
  await tx`UPDATE entry_tickets SET revoked_at = now() WHERE booking_id = ${bookingId} AND revoked_at IS NULL`;
}

/** The valid tickets of a booking that are with its buyer, in the order of its items: those given to others are theirs. A plain read. */
export async function readEntryTickets(sql: Sql, bookingId: string): Promise<EntryTicketRow[]> {
  return sql<EntryTicketRow[]>`SELECT id, zone_id AS "zoneId", seat_id AS "seatId", version FROM entry_tickets
    WHERE booking_id = ${bookingId} AND revoked_at IS NULL AND holder_email IS NULL ORDER BY ordinal`;
}
