import { renderSVG } from 'uqr';
import type { EntryTicketsView } from '../../contracts/bookings.ts';
import { transferRequestSchema, type EntryTicketView } from '../../contracts/entry-tickets.ts';
import type { WholeBooking } from '../../db/queries/bookings.ts';
import { readEntryTickets, type EntryTicketRow } from '../../db/queries/entry-tickets.ts';
import { readGivenTickets, type GivenTicketRow } from '../../db/queries/transfer-tickets.ts';
import { bodyHash, requireIdempotencyKey } from '../http/idempotency-key.ts';
import { readJson } from '../http/json-body.ts';
import { readOptionalBody } from '../http/optional-body.ts';
import { runIdempotent, sendAnswer } from '../idempotency/run-idempotent.ts';
import { isoTime } from '../../platform/clock.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import { withinDeadline } from '../http/store-failure.ts';
import { openBooking } from '../bookings/open-booking.ts';
import type { CoreDeps } from '../deps.ts';
import type { CoreApp, CoreContext } from '../http/context.ts';
import { loadBookingFacts } from '../notifications/booking-facts.ts';
import { pickLanguage, toLanguage } from '../notifications/language.ts';
import { entryTicketCode, toEntryTicketsView } from './entry-tickets-view.ts';
import { openEntryTicket } from './open-ticket.ts';
import { createPrinter } from './printer.ts';
import { printTickets, toCalendarFile } from './ticket-files.ts';
import { takeBackTicket } from './take-back-ticket.ts';
import { transferTicket } from './transfer-ticket.ts';

const NO_STORE = { 'cache-control': 'no-store' } as const;

/** Entry tickets of a confirmed booking, the QR code of each, all of them as files, and giving one to somebody else. */
export function register(app: CoreApp, deps: CoreDeps): void {
  const printer = createPrinter();

  app.get('/v1/bookings/:id/tickets', async (c) => {
    const { booking, tickets } = await openTickets(deps, c);
    const view = await toEntryTicketsView(deps.keys.signing, deps.config.origin, booking, tickets);
    const given = await withinDeadline(deps.sql, () => readGivenTickets(deps.sql, { bookingId: booking.id }));
    return c.json({ ...view, ...(given.length === 0 ? {} : { given: given.map(toGivenView) }) }, 200, NO_STORE);
  });

  app.get('/v1/bookings/:id/tickets/:ticketId/qr.svg', async (c) => {
    const { booking, tickets } = await openTickets(deps, c);
    const ticket = tickets.find((row) => row.id === c.req.param('ticketId'));
    if (ticket === undefined) throw new OperatingError('not_found');
    return sendQr(c, await entryTicketCode(deps.keys.signing, booking, ticket));
  });

  app.get('/v1/bookings/:id/tickets.pdf', async (c) => {
    const { told, language } = await openFiles(deps, c);
    const pdf = await printTickets(deps, printer, told, language);
    if (pdf === null) throw new OperatingError('not_found', { detail: 'All tickets of this booking were given away.' });
    return sendFile(c, new Uint8Array(pdf), 'application/pdf', 'tickets.pdf');
  });

  app.get('/v1/bookings/:id/calendar.ics', async (c) => {
    const { told, language } = await openFiles(deps, c);
    const file = toCalendarFile(deps, told, language);
    return sendFile(c, file, 'text/calendar; charset=utf-8; method=PUBLISH', 'event.ics');
  });

  app.get('/v1/entry-tickets/:id', async (c) => {
    const { booking, ticket } = await openValidTicket(deps, c);
    const view: EntryTicketView = {
      id: ticket.id,
      performanceId: booking.performanceId,
      seat: ticket.seatId,
      zone: ticket.zoneId,
      holder: { name: ticket.holderName ?? booking.buyerName },
      code: await entryTicketCode(deps.keys.signing, booking, ticket),
      qrSvgUrl: `${deps.config.origin}/api/core/v1/entry-tickets/${ticket.id}/qr.svg`,
    };
    return c.json(view, 200, NO_STORE);
  });

  app.get('/v1/entry-tickets/:id/qr.svg', async (c) => {
    const { booking, ticket } = await openValidTicket(deps, c);
    return sendQr(c, await entryTicketCode(deps.keys.signing, booking, ticket));
  });
  registerGiving(app, deps);
}

/** Giving a ticket to somebody else, and taking it back. */
function registerGiving(app: CoreApp, deps: CoreDeps): void {
  app.post('/v1/entry-tickets/:id/take-back', async (c) => {
    const { ticket, booking, token: credential } = await openEntryTicket(deps, c.req.param('id'), c.req.raw.headers);
    const key = requireIdempotencyKey(c.req.raw.headers);
    await readOptionalBody(c.req.raw);
    const hash = bodyHash(`POST /v1/entry-tickets/${ticket.id}/take-back`, {});
    const keyed = { caller: `booking:${booking.id}`, key, bodyHash: hash, credential };
    const answer = await runIdempotent(deps, keyed, async (tx) => {
      const body = await takeBackTicket(tx, { ticketId: ticket.id, bookingId: booking.id });
      return { status: 201, body };
    });
    if (!answer.replayed) deps.wake('outbox');
    return sendAnswer(c, answer);
  });

  app.post('/v1/entry-tickets/:id/transfer', async (c) => {
    const { ticket, booking, token: credential } = await openEntryTicket(deps, c.req.param('id'), c.req.raw.headers);
    const key = requireIdempotencyKey(c.req.raw.headers);
    const wish = await readJson(c.req.raw, transferRequestSchema);
    const hash = bodyHash(`POST /v1/entry-tickets/${ticket.id}/transfer`, wish);
    const keyed = { caller: `booking:${booking.id}`, key, bodyHash: hash, credential };
    const answer = await runIdempotent(deps, keyed, async (tx) => {
      const subject = { ticketId: ticket.id, bookingId: booking.id };
      const body = await transferTicket(tx, subject, wish);
      return { status: 201, body };
    });
    if (!answer.replayed) deps.wake('outbox');
    return sendAnswer(c, answer);
  });
}

const toGivenView = (row: GivenTicketRow): NonNullable<EntryTicketsView['given']>[number] => ({
  id: row.id,
  seat: row.seatId,
  zone: row.zoneId,
  to: { name: row.holderName },
  takeBackUntil: row.takeBackUntil === null ? null : isoTime(row.takeBackUntil.getTime()),
});

const sendFile = (c: CoreContext, file: string | Uint8Array<ArrayBuffer>, type: string, name: string): Response =>
  c.body(file, 200, { 'content-type': type, 'content-disposition': `attachment; filename="${name}"`, ...NO_STORE });

function sendQr(c: CoreContext, code: string): Response {
  const svg = renderSVG(code, { ecc: 'M', border: 4 });
  const headers = { 'content-type': 'image/svg+xml', 'content-security-policy': "default-src 'none'", ...NO_STORE };
  return c.body(svg, 200, headers);
}

/** Refuses: `not_found` without a token of the ticket's, `entry_ticket_revoked` for one that was cancelled or given away. */
async function openValidTicket(deps: CoreDeps, c: CoreContext): ReturnType<typeof openEntryTicket> {
  const opened = await openEntryTicket(deps, c.req.param('id') ?? '', c.req.raw.headers);
  const { id, bookingId, isRevoked, isTransferred, isTakenBack } = opened.ticket;
  if (!isRevoked) return opened;
  if (!isTransferred || isTakenBack)
    throw new OperatingError('entry_ticket_revoked', { extra: { reason: isTakenBack ? 'taken_back' : 'cancelled' } });
  const [given] = await withinDeadline(deps.sql, () => readGivenTickets(deps.sql, { bookingId, ticketId: id }));
  const takeBackUntil = given?.takeBackUntil ?? null;
  const until = takeBackUntil === null ? {} : { takeBackUntil: isoTime(takeBackUntil.getTime()) };
  throw new OperatingError('entry_ticket_revoked', { extra: { reason: 'transferred', ...until } });
}

/** What the files of a confirmed booking tell, in the language that is asked for, or that it was booked in. */
async function openFiles(deps: CoreDeps, c: CoreContext) {
  const { booking } = await openTickets(deps, c);
  const told = await withinDeadline(deps.sql, () => loadBookingFacts(deps, booking.id));
  if (told === null) throw new OperatingError('not_found');
  const wish = c.req.header('accept-language');
  const language = wish === undefined ? (toLanguage(told.row.language) ?? 'en') : pickLanguage(wish);
  return { told, language };
}

/** Refuses: `not_found` without the booking's token, `booking_not_confirmed` while there are no tickets. */
async function openTickets(
  deps: CoreDeps,
  c: CoreContext,
): Promise<{ booking: WholeBooking; tickets: EntryTicketRow[] }> {
  const { booking } = await openBooking(deps, c.req.param('id') ?? '', c.req.raw.headers);
  if (booking.status !== 'confirmed')
    throw new OperatingError('booking_not_confirmed', { extra: { bookingStatus: booking.status } });
  return { booking, tickets: await withinDeadline(deps.sql, () => readEntryTickets(deps.sql, booking.id)) };
}
