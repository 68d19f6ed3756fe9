import type { Sql } from '../../db/connect.ts';
import { rankEvents, type PerformanceFilter, type RankedPlace } from '../../db/queries/search-events.ts';
import { findAlternatives, foldTyped, knownWords, type Alternative } from '../../db/queries/search-words.ts';
import { allOf, anyOf, beginningsOf, dayFacet, facet, wordsOf, type WordGroup } from '../../db/queries/text-query.ts';
import type { Days } from './read-query.ts';

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

/** Events by their rank, and what their performances had to be. */
export type Found = { found: RankedPlace[]; performance: PerformanceFilter | null };

/** What was typed, in the words and facets of the documents. */
export type Understood = { q: string; words: string[]; facets: string[]; performance: PerformanceFilter | null };

/**
 * Events that fit a text, best first: by its words and their beginnings; where nothing has them all, by words of the dictionary
 * that are like them, and then by all words but one. Bounded by the pool's statement time-out.
 */
export async function searchEvents(sql: Sql, search: EventSearch): Promise<Found> {
  const understood = await understand(sql, search);
  const { q, words, facets, performance } = understood;
  if (words.length === 0) return { found: [], performance };
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
  const asTyped = [allOf(words.map(alone), facets), allOf(beginningsOf(words), facets)];
  const plain = await rank(asTyped);
  if (plain.length > 0) return { found: plain, performance };
  const groups = await toGroups(sql, words);
  const corrected = await rank([...asTyped, allOf(groups, facets), ...joinedPairs(words, groups, facets)]);
  if (corrected.length > 0 || search.after !== null || groups.length < 2) return { found: corrected, performance };
  const allButOne = groups.map((_, left) =>
    allOf(
      groups.filter((_group, i) => i !== left),
      facets,
    ),
  );
  return { found: await rank(allButOne), performance };
}

/** A text query that a document meets when it has all the words, or what they may be misspelt for; null when there are none. */
export async function looseQuery(sql: Sql, q: string): Promise<string | null> {
  if (q === '') return null;
  const words = wordsOf((await foldTyped(sql, { q, city: '' })).q);
  // A document has no empty word, so nothing meets this.
  if (words.length === 0) return "'@none'";
  return anyOf([allOf(beginningsOf(words), []), allOf(await toGroups(sql, words), [])]);
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
  const asksPerformance =
    days !== null || room !== null || sale !== null || maxPriceMinor !== null || currency !== null;
  const performance = { from: days?.from ?? null, until: days?.until ?? null, room, sale, maxPriceMinor, currency };
  return { q, words: wordsOf(q), facets, performance: asksPerformance ? performance : null };
}

const alone = (word: string): WordGroup => ({ words: [word] });

/** For each word what it may stand for: what the dictionary has that is like it, or the two words that it holds, or itself. */
async function toGroups(sql: Sql, words: readonly string[]): Promise<WordGroup[]> {
  const alternatives = await findAlternatives(sql, words);
  const lone = words.filter((_, place) => !alternatives.some((one) => one.place === place));
  const known = lone.length === 0 ? new Set<string>() : await knownWords(sql, lone.flatMap(halvesOf).flat());
  return words.flatMap((word, place) => groupsOf(word, place, alternatives, known));
}

function groupsOf(
  word: string,
  place: number,
  alternatives: readonly Alternative[],
  known: ReadonlySet<string>,
): WordGroup[] {
  const like = alternatives.filter((one) => one.place === place).map((one) => one.word);
  if (like.length > 0) return [{ words: [...new Set([...like, word])] }];
  const halves = halvesOf(word).find((pair) => pair.every((half) => known.has(half)));
  return halves === undefined ? beginningsOf([word]) : halves.map(alone);
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
