import { createEvent, type DateTime } from 'ics';
import type { PerformanceFactsToTell, PlaceToTell } from '../notifications/facts.ts';
import { namePlace } from '../notifications/compose.ts';
import type { Language } from '../notifications/language.ts';

/** How long something is in a calendar whose end nobody knows, ms. */
const USUAL_MS = 2 * 3_600_000;

/**
 * A booking's or a ticket's performance as a calendar file (RFC 5545). The same `id` always has the same `UID`, and a later version a
 * higher `SEQUENCE`, so that a calendar replaces the entry instead of adding one. It holds no token.
 */
export function renderCalendar(
  booking: PerformanceFactsToTell & { id: string; places: readonly PlaceToTell[] },
  { version, host, language }: { version: number; host: string; language: Language },
): string {
  const { id, eventName, startsAt, endsAt, where, places, kind } = booking;
  const { error, value } = createEvent({
    uid: `${id}@${host}`,
    sequence: version,
    productId: '-//Onsale//Entry tickets//EN',
    method: 'PUBLISH',
    title: eventName,
    description: places.map((place) => namePlace(place, kind, language)).join('\n'),
    ...(where === null ? {} : { location: where }),
    start: toUtc(startsAt),
    startInputType: 'utc',
    startOutputType: 'utc',
    end: toUtc(endsAt ?? new Date(startsAt.getTime() + USUAL_MS)),
    endInputType: 'utc',
    endOutputType: 'utc',
    status: 'CONFIRMED',
    busyStatus: 'BUSY',
  });
  if (typeof value !== 'string') throw error ?? new Error('no calendar entry was made');
  return value;
}

const toUtc = (at: Date): DateTime => [
  at.getUTCFullYear(),
  at.getUTCMonth() + 1,
  at.getUTCDate(),
  at.getUTCHours(),
  at.getUTCMinutes(),
];
