import * as v from 'valibot';
import { readToldBooking } from '../../db/queries/notification-facts.ts';
import type { NotificationRow } from '../../db/queries/notifications.ts';
import { bookingLink, ticketLink } from '../bookings/checkout-url.ts';
import { printTickets, toCalendarFile, toGivenTicketFiles } from '../entry-tickets/ticket-files.ts';
import type { Printer } from '../entry-tickets/printer.ts';
import { entryLink } from '../waitlist/entry-token.ts';
import { plain, withFiles, type Deliverable } from './attached.ts';
import { loadBookingFacts, loadPerformanceFacts, loadTicketFacts, type FactsDeps } from './booking-facts.ts';
import { compose } from './compose.ts';
import { NOTIFICATION_KINDS, type NotificationKind, type TicketFactsToTell } from './facts.ts';
import { LANGUAGES, toLanguage, type Language } from './language.ts';
import { toMoveDeliverable } from './moved-deliverable.ts';

const offerSchema = v.object({
  performanceId: v.string(),
  legs: v.tuple([v.number(), v.number()]),
  offerUntil: v.pipe(v.string(), v.isoTimestamp()),
  entryId: v.string(),
});
const roomSchema = v.object({ roomName: v.string(), url: v.string(), until: v.pipe(v.string(), v.isoTimestamp()) });

/** Makes the message of a notification, from what is true now. Errors: `store_unavailable`, `busy`; TypeError for a row nobody can read. */
export async function toDeliverable(
  deps: FactsDeps & { printer: Printer },
  row: NotificationRow,
  nowMs: number,
): Promise<Deliverable> {
  const language = toLanguage(row.language) ?? LANGUAGES[0];
  const kind = NOTIFICATION_KINDS.find((known) => known === row.kind);
  switch (kind) {
    case 'ticket':
    case 'cancellation':
    case 'refund':
    case 'expiring':
      // Nothing is attached to a push message, and printing takes its time.
      return ofBooking(deps, kind, row.bookingId ?? '', { language, isMail: row.channel === 'mail' });
    case 'moved':
      return toMoveDeliverable(deps, row, language);
    case 'transferred':
    case 'given':
    case 'returned':
    case 'taken_back':
      return ofTransfer(deps, kind, row.entryTicketId ?? '', language);
    case 'offer': {
      const { performanceId, legs, offerUntil, entryId } = v.parse(offerSchema, row.payload);
      const until = new Date(offerUntil);
      const performance = await deps.catalogue.performance(performanceId);
      const url = await entryLink(deps, entryId);
      if (performance === null || url === null || until.getTime() <= nowMs)
        return { kind: 'outdated', reason: 'the offer has ended' };
      const told = await loadPerformanceFacts(deps, performance, legs);
      return plain(compose({ kind, performance: told, offerUntil: until, url }, language));
    }
    case 'turn_near':
    case 'called': {
      const { until, ...told } = v.parse(roomSchema, row.payload);
      if (new Date(until).getTime() <= nowMs) return { kind: 'outdated', reason: 'the turn has passed' };
      return plain(compose({ kind, ...told }, language));
    }
    case undefined:
      throw new TypeError(`no message is known for ${row.kind}`);
  }
}

async function ofBooking(
  deps: FactsDeps & { printer: Printer },
  kind: Extract<NotificationKind, 'ticket' | 'cancellation' | 'refund' | 'expiring'>,
  bookingId: string,
  { language, isMail }: { language: Language; isMail: boolean },
): Promise<Deliverable> {
  const told = await loadBookingFacts(deps, bookingId);
  if (told === null) return { kind: 'outdated', reason: 'the booking is gone' };
  const { row, facts } = told;
  const message = compose({ kind, booking: facts }, language);
  if (kind === 'expiring') {
    const isOpen = row.status === 'pending_payment' && row.now < row.payBy;
    return isOpen ? plain(message) : { kind: 'outdated', reason: `the booking is ${row.status}` };
  }
  if (kind !== 'ticket') return plain(message);
  if (row.status !== 'confirmed') return { kind: 'outdated', reason: `the booking is ${row.status}` };
  if (!isMail) return plain(message);
  const pdf = await printTickets(deps, deps.printer, told, language);
  return withFiles(message, pdf, toCalendarFile(deps, told, language));
}

/** Tells both of a ticket that changed hands, unless it changed them again or was cancelled meanwhile: that is told by itself. */
async function ofTransfer(
  deps: FactsDeps & { printer: Printer },
  kind: 'transferred' | 'given' | 'returned' | 'taken_back',
  ticketId: string,
  language: Language,
): Promise<Deliverable> {
  const told = await loadTicketFacts(deps, ticketId);
  if (told === null) return { kind: 'outdated', reason: 'the ticket is gone' };
  const { row, facts: ticket } = told;
  const { origin } = deps.config;
  if (kind === 'given') {
    const booking = row.isFromBuyer ? await readToldBooking(deps.sql, row.bookingId) : null;
    const url = booking && bookingLink(origin, booking.id, deps.keys.bookingLinks.tokenOf(booking));
    return plain(compose({ kind, ticket, url }, language));
  }
  if (kind === 'taken_back') return plain(compose({ kind, ticket, url: `${origin}/shop/` }, language));
  if (row.isRevoked) return { kind: 'outdated', reason: 'the ticket is revoked' };
  const { accessTokenHash } = row;
  if (accessTokenHash === null) return toBuyerAgain(deps, row.bookingId, ticket, language);
  const url = ticketLink(origin, row.id, deps.keys.ticketLinks.tokenOf({ id: row.id, accessTokenHash }));
  const { pdf, calendar } = await toGivenTicketFiles(deps, deps.printer, told, language);
  return withFiles(compose({ kind, ticket, url }, language), pdf, calendar);
}

/** A buyer who took a ticket back has it among the others of the booking. */
async function toBuyerAgain(
  deps: FactsDeps & { printer: Printer },
  bookingId: string,
  ticket: TicketFactsToTell,
  language: Language,
): Promise<Deliverable> {
  const told = await loadBookingFacts(deps, bookingId);
  if (told?.row.status !== 'confirmed') return { kind: 'outdated', reason: 'the booking is not confirmed' };
  const message = compose({ kind: 'returned', ticket, url: told.facts.url }, language);
  const pdf = await printTickets(deps, deps.printer, told, language);
  return withFiles(message, pdf, toCalendarFile(deps, told, language));
}
