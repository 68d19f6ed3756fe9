import {
  readToldBooking,
  readToldEvent,
  readToldItems,
  readToldTicket,
  type ToldBooking,
  type ToldTicket,
} from '../../db/queries/notification-facts.ts';
import { bookingLink } from '../bookings/checkout-url.ts';
import type { LegRange, Performance } from '../catalogue/performance.ts';
import type { CoreDeps } from '../deps.ts';
import type { BookingFactsToTell, PerformanceFactsToTell, PlaceToTell, TicketFactsToTell } from './facts.ts';

export type FactsDeps = Pick<CoreDeps, 'sql' | 'catalogue' | 'keys' | 'config'>;

/** A booking as messages and files tell of it, with its row; null when there is none. Errors: `store_unavailable`. */
export async function loadBookingFacts(
  deps: FactsDeps,
  bookingId: string,
): Promise<{ row: ToldBooking; facts: BookingFactsToTell } | null> {
  const row = await readToldBooking(deps.sql, bookingId);
  const performance = row && (await deps.catalogue.performance(row.performanceId));
  if (row === null || performance === null) return null;
  const [told, items] = await Promise.all([
    loadPerformanceFacts(deps, performance, [row.fromLeg, row.toLeg]),
    readToldItems(deps.sql, bookingId),
  ]);
  const { buyerName, totalMinor, refundedMinor, currency, payBy } = row;
  const places = items.map((item) => toPlace(performance, item));
  const url = bookingLink(deps.config.origin, bookingId, deps.keys.bookingLinks.tokenOf(row));
  return { row, facts: { ...told, bookingId, buyerName, places, totalMinor, refundedMinor, currency, payBy, url } };
}

/** A ticket that was given to somebody as messages tell of it, with its row; null when there is none. Errors: `store_unavailable`. */
export async function loadTicketFacts(
  deps: FactsDeps,
  ticketId: string,
): Promise<{ row: ToldTicket; facts: TicketFactsToTell } | null> {
  const row = await readToldTicket(deps.sql, ticketId);
  const performance = row && (await deps.catalogue.performance(row.performanceId));
  if (row === null || performance === null) return null;
  const told = await loadPerformanceFacts(deps, performance, [row.fromLeg, row.toLeg]);
  const { bookingId, holderName, giverName, takeBackUntil } = row;
  const place = toPlace(performance, { ...row, quantity: 1 });
  return { row, facts: { ...told, ticketId, bookingId, holderName, giverName, place, takeBackUntil } };
}

/** What a performance is called, where and when it is for somebody on these legs. */
export async function loadPerformanceFacts(
  { sql }: Pick<FactsDeps, 'sql'>,
  performance: Performance,
  legs: LegRange,
): Promise<PerformanceFactsToTell> {
  const event = await readToldEvent(sql, performance.eventId);
  const [from, to] = [performance.stops[legs[0]], performance.stops[legs[1]]];
  const isRun = from !== undefined && to !== undefined;
  return {
    eventName: event?.name ?? performance.eventId,
    kind: event?.kind ?? 'event',
    startsAt: new Date(from?.departsAt ?? performance.startsAt),
    endsAt: to?.arrivesAt ? new Date(to.arrivesAt) : null,
    timeZone: performance.timeZone,
    where: isRun ? `${from.name} – ${to.name}` : venueName(event?.venue ?? null, event?.city ?? null),
  };
}

/** A venue with its city, as far as either is known. */
export const venueName = (venue: string | null, city: string | null): string | null =>
  [venue, city].filter((name) => name !== null && name !== '').join(', ') || null;

/** A place by its names; ids where the catalogue has none. */
export function toPlace(
  performance: Pick<Performance, 'zones' | 'seats'>,
  { zoneId, seatId, quantity }: { zoneId: string; seatId: string | null; quantity: number },
): PlaceToTell {
  const zone = performance.zones.find(({ id }) => id === zoneId)?.name ?? zoneId;
  const named = seatId === null ? undefined : performance.seats.nameOf(seatId);
  return { zone, row: named?.row ?? null, seat: named?.seat ?? seatId, quantity };
}
