import type { Sql } from '../../db/connect.ts';
import { rankEvents, type PerformanceFilter, type RankedPlace } from '../../db/queries/search-events.ts';
import { findAlternatives, foldTyped, knownWords } from '../../db/queries/search-words.ts';
import {
  allOf,
  anyOf,
  beginningsOf,
  areSingleDays,
  dayFacet,
  facet,
  wordsOf,
  type WordGroup,
} from '../../db/queries/text-query.ts';
import type { Days } from './read-query.ts';

/** A last word with fewer letters is looked for in the names first. */
const FEW_LETTERS = 4;
/** A word that nothing is like may be two that lost their space; halves of fewer letters fit anything. */
const SHORTEST_HALF = 3;

/** What events have to be beside fitting a text. */
export type EventFilter = {
  kind: 'event' | 'train' | null;
  city: string;
  days: Days | null;
  room: string | null;
  sale: 'now' | 'next' | null;
  maxPriceMinor: number | null;
  currency: string | null;
};

export type EventSearch = EventFilter & { q: string; after: RankedPlace | null; limit: number };

/** Events by their rank, and what their performances had to be. `isCut`: a guess took too long, so that there may be more. */
export type Found = { found: RankedPlace[]; performance: PerformanceFilter | null; isCut: boolean };

/** What was typed, in the words and facets of the documents. */
export type Understood = { q: string; words: string[]; facets: string[]; performance: PerformanceFilter | null };

/**
 * Events that fit a text, best first: those that have its words, the last of them perhaps begun only; where there are none, those that have
 * what its unknown words may be misspelt for; and then what any of its words may be misspelt for, or all words but one. Each step is
 * bounded by the pool's statement time-out, and guesses that take longer count as finding nothing for now.
 */
export async function searchEvents(sql: Sql, search: EventSearch): Promise<Found> {
  const { q, words, facets, performance } = await understand(sql, search);
  if (words.length === 0) return { found: [], performance, isCut: false };
  const rank = (queries: readonly string[]) =>
    rankEvents(sql, {
      q,
      words,
      queries,
      facets: facets.length === 0 ? null : facets.join(' & '),
      performance,
      after: search.after,
      limit: search.limit,
    });
  const known = await knownWords(sql, words);
  const last = words.at(-1) ?? '';
  const whole = [allOf(words.map(alone), facets)];
  const begun = [...whole, allOf([...words.slice(0, -1).map(alone), ...beginningsOf([last])], facets)];
  // So few letters begin very many words; names that begin with them are what is meant.
  const unfinished = last.length < FEW_LETTERS ? [whole, begun] : [begun];
  const steps = known.has(last) ? [whole] : unfinished;
  for (const queries of steps) {
    const found = await rank(queries);
    if (found.length > 0) return { found, performance, isCut: false };
  }
  const asTyped = known.has(last) ? whole : begun;
  const guessed = await guess({ sql, words, facets, known, asTyped }, rank);
  return { found: guessed ?? [], performance, isCut: guessed === null };
}

type Guess = {
  sql: Sql;
  words: readonly string[];
  facets: readonly string[];
  known: ReadonlySet<string>;
  asTyped: readonly string[];
};

/** Null when a statement took too long. */
async function guess(
  { sql, words, facets, known, asTyped }: Guess,
  rank: (queries: readonly string[]) => Promise<RankedPlace[]>,
): Promise<RankedPlace[] | null> {
  try {
    if (words.some((word) => !known.has(word))) {
      const groups = await toGroups(sql, words, known);
      const corrected = await rank([...asTyped, allOf(groups, facets), ...joinedPairs(words, groups, facets)]);
      if (corrected.length > 0) return corrected;
    }
    const groups = await toGroups(sql, words, new Set());
    const allButOne = groups.map((_, left) =>
      allOf(
        groups.filter((_group, i) => i !== left),
        facets,
      ),
    );
    return await rank([allOf(groups, facets), ...(groups.length < 2 ? [] : allButOne)]);
  } catch (error) {
    if (isTimeOut(error)) return null;
    throw error;
  }
}

/** The server gave a statement up (SQLSTATE query_canceled). */
const isTimeOut = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === '57014';

/** A text query that a document meets when it has all the words, or what they may be misspelt for; null when there are none. */
export async function looseQuery(sql: Sql, q: string): Promise<string | null> {
  if (q === '') return null;
  const words = wordsOf((await foldTyped(sql, { q, city: '' })).q);
  // A document has no empty word, so nothing meets this.
  if (words.length === 0) return "'@none'";
  return anyOf([allOf(beginningsOf(words), []), allOf(await toGroups(sql, words, new Set()), [])]);
}

/** Reads what was typed into the words and facets of the documents. */
export async function understand(sql: Sql, wanted: EventFilter & { q: string }): Promise<Understood> {
  const { kind, days, room, sale, maxPriceMinor, currency } = wanted;
  const { q, city, roomsToOpen } = await foldTyped(sql, { q: wanted.q, city: wanted.city });
  const facets = [
    ...(kind === null ? [] : [facet('k', [kind])]),
    ...(wanted.city === '' ? [] : [facet('c', [city])]),
    ...(room === null ? [] : [facet('r', [room])]),
    ...(days === null ? [] : [dayFacet(days.from, days.until)]),
    ...(sale === 'now' ? [facet('s', ['on_sale'])] : []),
    ...(sale === 'next'
      ? [anyOf([facet('s', ['scheduled']), ...(roomsToOpen.length === 0 ? [] : [facet('r', roomsToOpen)])])]
      : []),
  ].map((text) => `(${text})`);
  const performance = { from: days?.from ?? null, until: days?.until ?? null, room, sale, maxPriceMinor, currency };
  const asksPerformance = Object.values(performance).some((condition) => condition !== null);
  return { q, words: wordsOf(q), facets, performance: asksPerformance ? performance : null };
}

/**
 * Whether the facets alone tell which events fit: one condition on a performance, of those that are facets of their own (a long span goes by
 * months, a sale by the clock too).
 */
export function isToldByFacets({ days, room, sale, maxPriceMinor, currency }: EventFilter): boolean {
  const isShort = days === null || areSingleDays(days.from, days.until);
  const conditions = [days, room].filter((one) => one !== null).length;
  return isShort && conditions <= 1 && [sale, maxPriceMinor, currency].every((one) => one === null);
}

const alone = (word: string): WordGroup => ({ words: [word] });

/**
 * For each word what it may stand for: itself where it is taken as right, else what the dictionary has that is like it, or the two words
 * that it holds.
 */
async function toGroups(sql: Sql, words: readonly string[], right: ReadonlySet<string>): Promise<WordGroup[]> {
  const doubted = words.filter((word) => !right.has(word));
  const found = await findAlternatives(sql, doubted);
  const like = new Map(doubted.map((word, place) => [word, found.filter((one) => one.place === place)]));
  const lone = doubted.filter((word) => like.get(word)?.length === 0);
  const halves = lone.length === 0 ? new Set<string>() : await knownWords(sql, lone.flatMap(halvesOf).flat());
  return words.flatMap((word) => {
    const alternatives = like.get(word)?.map((one) => one.word);
    if (alternatives === undefined) return [alone(word)];
    if (alternatives.length > 0) return [{ words: [...new Set([...alternatives, word])] }];
    const pair = halvesOf(word).find((each) => each.every((half) => halves.has(half)));
    return pair === undefined ? beginningsOf([word]) : pair.map(alone);
  });
}

const halvesOf = (word: string): string[][] =>
  Array.from({ length: Math.max(0, word.length - 2 * SHORTEST_HALF + 1) }, (_, i) => [
    word.slice(0, i + SHORTEST_HALF),
    word.slice(i + SHORTEST_HALF),
  ]);

/** The same with two neighbours written as one word, for those who put a space too many. */
function joinedPairs(words: readonly string[], groups: readonly WordGroup[], facets: readonly string[]): string[] {
  // A word that stands for two has shifted the others.
  if (groups.length !== words.length) return [];
  return words
    .slice(1)
    .map((word, i) =>
      allOf([...groups.slice(0, i), alone(`${words[i] ?? ''}${word}`), ...groups.slice(i + 2)], facets),
    );
}
