import * as v from 'valibot';
import { slugSchema } from './catalogue.ts';
import { plainText } from './plain-text.ts';

/** Longest that a text to search for may be, in characters: the longest name of an event that we know of has half of it. */
const MAX_QUERY_LENGTH = 200;
/** Longest span that dates may name, in days: a year's programme. */
const MAX_DAYS = 366;
const DAY_MS = 86_400_000;

const text = plainText(0, MAX_QUERY_LENGTH);
/** A day of the calendar, as ISO 8601 writes it. */
const day = v.pipe(
  v.string(),
  v.check((value) => isDay(value), 'a day as 2030-12-31'),
);
const wholeNumber = v.pipe(
  v.string(),
  v.regex(/^\d{1,12}$/, 'a whole number'),
  v.transform((value) => Number(value)),
);

/**
 * The query of `GET events`. `from` and `to` are stations (code or name) between which a train runs; two days there are the same as
 * `on` and `until`. `on`: the local day of a performance, for trains that at the station where one gets on; with `until` the first of
 * several days. `sale`: on sale now, or next. `maxPrice`: of the cheapest zone, in minor units.
 */
export const searchQuerySchema = v.object({
  q: v.optional(text),
  from: v.optional(text),
  to: v.optional(text),
  on: v.optional(day),
  until: v.optional(day),
  city: v.optional(text),
  kind: v.optional(v.picklist(['event', 'train'], 'is event or train')),
  room: v.optional(slugSchema),
  sale: v.optional(v.picklist(['now', 'next'], 'is now or next')),
  maxPrice: v.optional(wholeNumber),
  currency: v.optional(v.pipe(v.string(), v.regex(/^[A-Z]{3}$/, 'a currency as EUR'))),
  cursor: v.optional(v.pipe(v.string(), v.maxLength(200))),
});
export type SearchQuery = v.InferOutput<typeof searchQuerySchema>;

/** The query of `GET events/suggestions`. */
export const suggestionQuerySchema = v.object({ q: v.optional(text, '') });

/** What one may have meant while typing: an event, or a station to travel from or to. */
export type Suggestion =
  | { type: 'event'; id: string; kind: 'event' | 'train'; name: string; place: string | null }
  | { type: 'station'; code: string; name: string };
export type Suggestions = { items: Suggestion[] };

/** Whether a text is a day of the calendar. */
export function isDay(value: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(value)) return false;
  const at = Date.parse(`${value}T00:00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(value);
}

/** Days from the first to the last, both counted; null when they are in the wrong order or too many. */
export function countDays(from: string, until: string): number | null {
  const days = (Date.parse(until) - Date.parse(from)) / DAY_MS + 1;
  return days < 1 || days > MAX_DAYS ? null : days;
}
