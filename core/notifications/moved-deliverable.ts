import * as v from 'valibot';
import { readMoveToTell, type MoveToTell } from '../../db/queries/moves.ts';
import type { NotificationRow } from '../../db/queries/notifications.ts';
import { ticketLink } from '../bookings/checkout-url.ts';
import type { Printer } from '../entry-tickets/printer.ts';
import { printTickets, toCalendarFile, toGivenTicketFiles } from '../entry-tickets/ticket-files.ts';
import { plain, withFiles, type Deliverable } from './attached.ts';
import { loadBookingFacts, loadTicketFacts, venueName, type FactsDeps } from './booking-facts.ts';
import { compose } from './compose.ts';
import type { MovedFrom } from './facts.ts';
import type { Language } from './language.ts';

const payloadSchema = v.object({ number: v.number() });
type Deps = FactsDeps & { printer: Printer };
type Telling = { deps: Deps; row: NotificationRow; move: MoveToTell; shiftMs: number; language: Language };

/**
 * Tells who has places that their performance is at another time or place: how it was when they last heard of it, and how it is. Nothing is
 * told when it was moved again meanwhile, which is told by itself, when it is back where it was, and of what is not valid any more.
 */
export async function toMoveDeliverable(deps: Deps, row: NotificationRow, language: Language): Promise<Deliverable> {
  const { number } = v.parse(payloadSchema, row.payload);
  const move = await readMoveToTell(deps.sql, { notificationId: row.id, number });
  if (move === null || !move.isLatest) return { kind: 'outdated', reason: 'it was moved again' };
  const shiftMs = move.nowStartsAt.getTime() - move.wasStartsAt.getTime();
  const telling = { deps, row, move, shiftMs, language };
  const told = row.entryTicketId === null ? ofBooking(telling) : ofTicket(telling);
  return (await told) ?? { kind: 'outdated', reason: 'it is as it was, or not theirs any more' };
}

async function ofBooking({ deps, row, move, shiftMs, language }: Telling): Promise<Deliverable | null> {
  const told = await loadBookingFacts(deps, row.bookingId ?? '');
  if (told?.row.status !== 'confirmed') return null;
  const was = toWas(told.facts, move, shiftMs);
  if (was === null) return null;
  const holding = { ...told.facts, holderName: told.facts.buyerName, isGiven: false };
  const message = compose({ kind: 'moved', holding, was, url: told.facts.url }, language);
  // Nothing is attached to a push message, and printing takes its time.
  if (row.channel === 'push') return plain(message);
  return withFiles(
    message,
    await printTickets(deps, deps.printer, told, language),
    toCalendarFile(deps, told, language),
  );
}

async function ofTicket({ deps, row, move, shiftMs, language }: Telling): Promise<Deliverable | null> {
  const told = await loadTicketFacts(deps, row.entryTicketId ?? '');
  const hash = told?.row.accessTokenHash ?? null;
  if (told === null || told.row.isRevoked || hash === null) return null;
  const was = toWas(told.facts, move, shiftMs);
  if (was === null) return null;
  const url = ticketLink(
    deps.config.origin,
    told.row.id,
    deps.keys.ticketLinks.tokenOf({ id: told.row.id, accessTokenHash: hash }),
  );
  const holding = { ...told.facts, places: [told.facts.place], isGiven: true };
  const { pdf, calendar } = await toGivenTicketFiles(deps, deps.printer, told, language);
  return withFiles(compose({ kind: 'moved', holding, was, url }, language), pdf, calendar);
}

/** Null when it is as it was. A train leaves each stop so much later or earlier as it begins; it has no venue. */
function toWas(
  { kind, startsAt, timeZone }: { kind: 'event' | 'train'; startsAt: Date; timeZone: string },
  { isElsewhere, wasTimeZone, wasVenue, wasCity }: MoveToTell,
  shiftMs: number,
): MovedFrom | null {
  const where = isElsewhere && kind !== 'train' ? venueName(wasVenue, wasCity) : null;
  if (shiftMs === 0 && where === null && wasTimeZone === timeZone && (!isElsewhere || kind === 'train')) return null;
  return { startsAt: new Date(startsAt.getTime() - shiftMs), timeZone: wasTimeZone, where };
}
