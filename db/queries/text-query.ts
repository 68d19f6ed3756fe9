/*
 * Building Postgres's text queries (tsquery) from folded words and from facets (migration 0040). A folded word has letters and digits
 * only, a facet what is checked here, so neither can end the quotes it stands in.
 */

/** Words of one query that are looked for at most: more are no name, and each costs a look into the index. */
const MAX_WORDS = 8;
/** Longest word, in characters; the documents hold none that is longer. */
const MAX_WORD_LENGTH = 64;
/** A beginning of fewer letters fits too many words to be worth following. */
const MIN_PREFIX_LENGTH = 3;
/** As many days are named one by one; longer spans by their months. */
const MAX_DAY_FACETS = 31;
const DAY_MS = 86_400_000;

/** What stands for one typed word: any of these words, and with `isPrefix` whatever begins with one of them. */
export type WordGroup = { words: readonly string[]; isPrefix?: boolean };

/** The words of a folded text, each once, in their order. */
export const wordsOf = (folded: string): string[] =>
  [...new Set(folded.split(' '))]
    .filter((word) => word !== '')
    .map((word) => word.slice(0, MAX_WORD_LENGTH))
    .slice(0, MAX_WORDS);

/** All groups have to be met, and all facets. */
export const allOf = (groups: readonly WordGroup[], facets: readonly string[]): string =>
  [...groups.map(groupText), ...facets].join(' & ');

/** At least one of these queries has to be met. */
export const anyOf = (queries: readonly string[]): string => queries.map((query) => `(${query})`).join(' | ');

/** Each of the words begins one of the document's. */
export const beginningsOf = (words: readonly string[]): WordGroup[] =>
  words.map((word) => ({ words: [word], isPrefix: word.length >= MIN_PREFIX_LENGTH }));

function groupText({ words, isPrefix = false }: WordGroup): string {
  const parts = words.map((word) => quoted(word) + (isPrefix ? ':*' : ''));
  return parts.length === 1 ? (parts[0] ?? '') : `(${parts.join(' | ')})`;
}

/** One facet, of any of these values. */
export const facet = (letter: 'k' | 'c' | 'r' | 's' | 'd' | 'm', values: readonly string[]): string =>
  groupText({ words: values.map((value) => `@${letter}${value}`) });

/** Whether a span is short enough for its days to be named one by one. */
export const areSingleDays = (from: string, until: string): boolean =>
  Date.parse(until) - Date.parse(from) < MAX_DAY_FACETS * DAY_MS;

/** The days from one to the other, both ISO 8601 and both included: each, or for a long span its months, which hold more. */
export function dayFacet(from: string, until: string): string {
  const [first, last] = [Date.parse(from), Date.parse(until)];
  const days = Array.from({ length: Math.round((last - first) / DAY_MS) + 1 }, (_, i) =>
    new Date(first + i * DAY_MS).toISOString().slice(0, 10).replaceAll('-', ''),
  );
  if (days.length <= MAX_DAY_FACETS) return facet('d', days);
  return facet('m', [...new Set(days.map((day) => day.slice(0, 6)))]);
}

const quoted = (lexeme: string): string => `'${lexeme.replaceAll("'", "''").replaceAll('\\', '\\\\')}'`;
