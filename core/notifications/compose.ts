import type { BookingFactsToTell, PerformanceFactsToTell, PlaceToTell, Told } from './facts.ts';
import type { Language } from './language.ts';
import type { Message } from './message.ts';
import { LOCALES, PHRASES } from './phrases.ts';

/** Longer names are cut in a subject: clients show some seventy characters of it. */
const MAX_NAME_IN_SUBJECT = 80;

/** Writes the message of an event in a language. Pure; whatever was typed by somebody stays text. */
export function compose(told: Told, language: Language): Message {
  const phrases = PHRASES[language];
  switch (told.kind) {
    case 'ticket':
    case 'cancellation':
      return ofBooking(phrases[told.kind](short(told.booking.eventName)), told.booking, language);
    case 'moved':
      return ofMove(told, language);
    case 'transferred':
    case 'given':
    case 'returned':
    case 'taken_back':
      return ofTicket(told, language);
    case 'refund':
      return ofBooking(
        phrases.refund(
          short(told.booking.eventName),
          formatMoney(told.booking.refundedMinor, told.booking.currency, language),
        ),
        told.booking,
        language,
      );
    case 'expiring':
      return ofBooking(
        phrases.expiring(
          short(told.booking.eventName),
          formatTime(told.booking.payBy, told.booking.timeZone, language),
        ),
        told.booking,
        language,
      );
    case 'offer': {
      const { performance, offerUntil, url } = told;
      const until = formatTime(offerUntil, performance.timeZone, language);
      const { text, action, ...words } = phrases.offer(short(performance.eventName), until);
      const rows = performanceRows(performance, language);
      return {
        ...words,
        language,
        paragraphs: text,
        rows,
        action: { label: action, url },
        footer: phrases.aboutWaitlist,
      };
    }
    case 'turn_near':
    case 'called': {
      const { text, action, ...words } = phrases[told.kind](short(told.roomName));
      return {
        ...words,
        language,
        paragraphs: text,
        rows: [],
        action: { label: action, url: told.url },
        footer: phrases.aboutRoom,
      };
    }
  }
}

/** A place in words. */
export function namePlace(
  { zone, row, seat, quantity }: PlaceToTell,
  kind: PerformanceFactsToTell['kind'],
  language: Language,
): string {
  const { seat: seated, berth } = PHRASES[language];
  if (seat === null) return quantity === 1 ? zone : `${quantity} × ${zone}`;
  if (row === null) return `${zone}, ${seat}`;
  return `${zone}, ${kind === 'train' ? berth(row, seat) : seated(row, seat)}`;
}

/** A moment where the performance is, with the name of that time. */
export const formatTime = (at: Date, timeZone: string, language: Language): string =>
  new Intl.DateTimeFormat(LOCALES[language], {
    timeZone,
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: 'numeric',
    minute: '2-digit',
    timeZoneName: 'short',
  }).format(at);

/** An amount in minor units, in the currency's own number of decimals. */
export function formatMoney(amountMinor: number, currency: string, language: Language): string {
  const format = new Intl.NumberFormat(LOCALES[language], { style: 'currency', currency });
  return format.format(amountMinor / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
}

function ofBooking(
  { text, action, ...words }: { subject: string; heading: string; text: readonly string[]; action: string },
  booking: BookingFactsToTell,
  language: Language,
): Message {
  const { hello, labels, aboutBooking } = PHRASES[language];
  const places = booking.places.map((place) => namePlace(place, booking.kind, language)).join('\n');
  const refunded: readonly (readonly [string, string])[] =
    booking.refundedMinor === 0
      ? []
      : [[labels.refunded, formatMoney(booking.refundedMinor, booking.currency, language)]];
  return {
    ...words,
    language,
    paragraphs: [hello(booking.buyerName), ...text],
    rows: [
      ...performanceRows(booking, language),
      [labels.places, places],
      [labels.total, formatMoney(booking.totalMinor, booking.currency, language)],
      ...refunded,
      [labels.reference, booking.bookingId],
    ],
    action: { label: action, url: booking.url },
    footer: aboutBooking,
  };
}

function ofMove({ holding, was, url }: Extract<Told, { kind: 'moved' }>, language: Language): Message {
  const { hello, labels, moved, aboutBooking, aboutTransfer } = PHRASES[language];
  const { eventName, kind, startsAt, timeZone, places, holderName, bookingId, isGiven } = holding;
  const before = [formatTime(was.startsAt, was.timeZone, language), was.where].filter((part) => part !== null);
  const { text, action, ...words } = moved(short(eventName), formatTime(startsAt, timeZone, language));
  return {
    ...words,
    language,
    paragraphs: [hello(holderName), ...text],
    rows: [
      [labels.was, before.join('\n')],
      ...performanceRows(holding, language),
      [labels.places, places.map((place) => namePlace(place, kind, language)).join('\n')],
      ...(isGiven ? [] : [[labels.reference, bookingId] as const]),
    ],
    action: { label: action, url },
    footer: isGiven ? aboutTransfer : aboutBooking,
  };
}

function ofTicket(
  told: Extract<Told, { kind: 'transferred' | 'given' | 'returned' | 'taken_back' }>,
  language: Language,
): Message {
  const { hello, labels, aboutTransfer, ...phrases } = PHRASES[language];
  const { holderName, giverName, eventName, place, kind, takeBackUntil, timeZone } = told.ticket;
  // Who has it now hears of who had it before, and the other way round.
  const isNews = told.kind === 'transferred' || told.kind === 'returned';
  const until = formatTime(takeBackUntil, timeZone, language);
  const { text, action, ...words } = phrases[told.kind](short(eventName), isNews ? giverName : holderName, until);
  return {
    ...words,
    language,
    paragraphs: [hello(isNews ? holderName : giverName), ...text],
    rows: [...performanceRows(told.ticket, language), [labels.places, namePlace(place, kind, language)]],
    action: told.url === null ? null : { label: action, url: told.url },
    footer: aboutTransfer,
  };
}

function performanceRows(performance: PerformanceFactsToTell, language: Language): Message['rows'] {
  const { labels } = PHRASES[language];
  const { eventName, kind, startsAt, timeZone, where } = performance;
  return [
    [labels.event, eventName],
    [labels.when, formatTime(startsAt, timeZone, language)],
    ...(where === null ? [] : [[kind === 'train' ? labels.from_to : labels.where, where] as const]),
  ];
}

const short = (name: string): string =>
  name.length <= MAX_NAME_IN_SUBJECT ? name : `${name.slice(0, MAX_NAME_IN_SUBJECT - 1).trimEnd()}…`;
