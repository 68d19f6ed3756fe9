import * as v from 'valibot';
import { slugSchema } from '../../contracts/catalogue.ts';
import type { FieldError } from '../../contracts/errors.ts';
import { countDays, isDay, searchQuerySchema, type SearchQuery } from '../../contracts/search.ts';
import type { RankedPlace } from '../../db/queries/search-events.ts';
import { invalidRequest, parseBody } from '../http/json-body.ts';

/** Days from the first to the last, local, ISO 8601. */
export type Days = { from: string; until: string };
export type RunPlace = { departsAtMs: number; performanceId: string };

/** What is looked for, whichever list answers it. */
type Wanted = {
  q: string;
  city: string;
  days: Days | null;
  kind: 'event' | 'train' | null;
  room: string | null;
  sale: 'now' | 'next' | null;
  maxPriceMinor: number | null;
  currency: string | null;
};

/** The list that a query asks for, each with its own order and cursor. */
export type SearchRequest =
  /** All there is, or what filters leave, by id. */
  | (Wanted & { list: 'filtered'; afterId: string })
  /** What fits a text, best first. */
  | (Wanted & { list: 'ranked'; after: RankedPlace | null })
  /** Runs between two stations, by departure. */
  | (Wanted & { list: 'runs'; from: string; to: string; after: RunPlace | null });

/** Reads the query of `GET events`. Refuses: `invalid_request`, naming each parameter at fault. */
export function readSearch(query: Record<string, string>): SearchRequest {
  const parsed = parseBody(searchQuerySchema, withoutEmpty(query));
  const stations = stationsOf(parsed);
  const days = daysOf(parsed, stations === null);
  const wanted: Wanted = {
    q: parsed.q ?? '',
    city: parsed.city ?? '',
    days,
    kind: parsed.kind ?? null,
    room: parsed.room ?? null,
    sale: parsed.sale ?? null,
    maxPriceMinor: parsed.maxPrice ?? null,
    currency: parsed.currency ?? null,
  };
  if (stations !== null) return { ...wanted, list: 'runs', ...stations, after: readRunPlace(parsed.cursor) };
  if (wanted.q !== '') return { ...wanted, list: 'ranked', after: readRankedPlace(parsed.cursor) };
  return { ...wanted, list: 'filtered', afterId: readId(parsed.cursor) };
}

/** What a page ended with, as the cursor of the next. */
export const writeCursor = (...parts: readonly (string | number)[]): string =>
  Buffer.from(parts.join(' ')).toString('base64url');

/** `from` and `to` where they name stations. */
function stationsOf({ from = '', to = '' }: SearchQuery): { from: string; to: string } | null {
  if (from === '' && to === '') return null;
  if (isDay(from) || isDay(to)) return null;
  if (from === '') throw invalid('from', 'is needed beside to');
  if (to === '') throw invalid('to', 'is needed beside from');
  return { from, to };
}

/** A form sends its empty fields, too. */
const withoutEmpty = (query: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(query).filter(([, value]) => value !== ''));

function daysOf(query: SearchQuery, areDays: boolean): Days | null {
  const { from, to } = query;
  const [first, last] = areDays && (from ?? to) !== undefined ? [from, to ?? from] : [query.on, query.until];
  if (first === undefined) {
    if (last === undefined) return null;
    throw invalid(areDays && to !== undefined ? 'from' : 'on', 'is needed beside the last day');
  }
  const until = last ?? first;
  const errors: FieldError[] = [];
  for (const [path, day] of [
    ['from', first],
    ['to', until],
  ] as const)
    if (!isDay(day)) errors.push({ path, message: 'a day as 2030-12-31, as its other end is' });
  if (errors.length > 0) throw invalidRequest(errors);
  if (countDays(first, until) === null)
    throw invalid(query.until === undefined ? 'to' : 'until', 'comes after the first day, within a year');
  return { from: first, until };
}

function readRankedPlace(cursor: string | undefined): RankedPlace | null {
  if (cursor === undefined) return null;
  const [rank = '', id = ''] = partsOf(cursor, 2);
  if (!/^\d{1,9}$/.test(rank) || !v.is(slugSchema, id)) throw strange();
  return { rank: Number(rank), id };
}

function readRunPlace(cursor: string | undefined): RunPlace | null {
  if (cursor === undefined) return null;
  const [ms = '', performanceId = ''] = partsOf(cursor, 2);
  if (!/^\d{1,14}$/.test(ms) || !v.is(slugSchema, performanceId)) throw strange();
  return { departsAtMs: Number(ms), performanceId };
}

function readId(cursor: string | undefined): string {
  if (cursor === undefined) return '';
  const [id = ''] = partsOf(cursor, 1);
  // What we hand out is an event's id; anything else would be an empty or a wrong page without a word.
  if (!v.is(slugSchema, id)) throw strange();
  return id;
}

function partsOf(cursor: string, count: number): string[] {
  const parts = Buffer.from(cursor, 'base64url').toString().split(' ');
  if (parts.length !== count || writeCursor(...parts) !== cursor) throw strange();
  return parts;
}

const strange = () => invalid('cursor', 'is not a cursor of this list');
const invalid = (path: string, message: string) => invalidRequest([{ path, message }]);
