import { readEntryTickets } from '../../db/queries/entry-tickets.ts';
import type { ToldBooking, ToldTicket } from '../../db/queries/notification-facts.ts';
import type { CoreDeps } from '../deps.ts';
import { toPlace } from '../notifications/booking-facts.ts';
import type { BookingFactsToTell, TicketFactsToTell } from '../notifications/facts.ts';
import type { Language } from '../notifications/language.ts';
import { renderCalendar } from './calendar.ts';
import { entryTicketCode } from './entry-tickets-view.ts';
import type { Printer } from './printer.ts';

type FileDeps = Pick<CoreDeps, 'sql' | 'catalogue' | 'keys' | 'config'>;

/** A booking's valid tickets as a PDF; null while it has none. Refuses: `busy`. Errors: `store_unavailable`. */
export async function printTickets(
  deps: FileDeps,
  printer: Printer,
  { row, facts }: { row: ToldBooking; facts: BookingFactsToTell },
  language: Language,
): Promise<Uint8Array | null> {
  const performance = await deps.catalogue.performance(row.performanceId);
  const tickets = await readEntryTickets(deps.sql, row.id);
  if (performance === null || tickets.length === 0) return null;
  const printed = await Promise.all(
    tickets.map(async (ticket) => ({
      id: ticket.id,
      place: toPlace(performance, { ...ticket, quantity: 1 }),
      code: await entryTicketCode(deps.keys.signing, row, ticket),
    })),
  );
  // Loaded when the first is printed: its fonts' reader is larger than the rest of core.
  const { renderTicketsPdf } = await import('./tickets-pdf.ts');
  return printer.print(() => renderTicketsPdf(facts, printed, language));
}

/** A booking's calendar file. */
export const toCalendarFile = (
  { config }: Pick<FileDeps, 'config'>,
  { row, facts }: { row: ToldBooking; facts: BookingFactsToTell },
  language: Language,
): string =>
  renderCalendar({ ...facts, id: row.id }, { version: row.version + row.moves, host: hostOf(config), language });

/** The files of one ticket that was given to somebody. Refuses: `busy`. */
export async function toGivenTicketFiles(
  { config, keys }: Pick<FileDeps, 'config' | 'keys'>,
  printer: Printer,
  { row, facts }: { row: ToldTicket; facts: TicketFactsToTell },
  language: Language,
): Promise<{ pdf: Uint8Array; calendar: string }> {
  const { id, bookingId, performanceId } = row;
  const version = row.version + row.moves;
  const code = await entryTicketCode(keys.signing, { id: bookingId, performanceId }, row);
  const { renderTicketsPdf } = await import('./tickets-pdf.ts');
  const printed = { ...facts, buyerName: facts.holderName };
  const pdf = await printer.print(() => renderTicketsPdf(printed, [{ id, place: facts.place, code }], language));
  const entry = { ...facts, id, places: [facts.place] };
  return { pdf, calendar: renderCalendar(entry, { version, host: hostOf(config), language }) };
}

const hostOf = ({ origin }: { origin: string }): string => new URL(origin).hostname;
