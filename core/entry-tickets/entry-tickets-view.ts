import type { EntryTicketsView } from '../../contracts/bookings.ts';
import type { WholeBooking } from '../../db/queries/bookings.ts';
import type { EntryTicketRow } from '../../db/queries/entry-tickets.ts';
import type { SigningKey } from '../../tokens/jwt.ts';
import { signEntryTicket } from '../../tokens/entry-ticket.sign.ts';

/** The signed text of one ticket. It is made anew each time, with the key in use now; the rows are what is kept. */
export function entryTicketCode(
  key: SigningKey,
  booking: Pick<WholeBooking, 'id' | 'performanceId'>,
  ticket: EntryTicketRow,
): Promise<string> {
  return signEntryTicket(key, {
    ticketId: ticket.id,
    bookingId: booking.id,
    performanceId: booking.performanceId,
    seat: ticket.seatId,
    zone: ticket.zoneId,
    version: ticket.version,
  });
}

/** A booking's valid tickets as `GET bookings/{id}/tickets` answers them. */
export async function toEntryTicketsView(
  key: SigningKey,
  origin: string,
  booking: WholeBooking,
  tickets: EntryTicketRow[],
): Promise<EntryTicketsView> {
  const views = tickets.map(async (ticket) => ({
    id: ticket.id,
    seat: ticket.seatId,
    zone: ticket.zoneId,
    code: await entryTicketCode(key, booking, ticket),
    qrSvgUrl: `${origin}/api/core/v1/bookings/${booking.id}/tickets/${ticket.id}/qr.svg`,
  }));
  return { tickets: await Promise.all(views) };
}
