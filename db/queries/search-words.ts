import type { Sql } from '../connect.ts';

/** What was typed, as documents are written: lower case, without diacritics and punctuation, Devanagari in Latin letters. */
export type Folded = { q: string; city: string; roomsToOpen: string[] };

/** Folds texts by the function that folds documents, and names the rooms whose sale is still to come. One plain read. */
export async function foldTyped(sql: Sql, typed: { q: string; city: string }): Promise<Folded> {
  const [row] = await sql<Folded[]>`
    SELECT search_fold(${typed.q}::text) AS q, replace(search_fold(${typed.city}::text), ' ', '-') AS city,
      array(SELECT id FROM rooms WHERE opens_at > now() AND NOT closed ORDER BY opens_at LIMIT 100) AS "roomsToOpen"`;
  if (row === undefined) throw new Error('a SELECT without FROM has one row');
  return row;
}

/** Words that the dictionary has for a typed one, closest first; its place in the query counts from 0. */
export type Alternative = { place: number; word: string };

/** Words of the dictionary kept for each typed one. */
const MOST_ALTERNATIVES = 6;

/**
 * Finds what misspelt words may stand for: words that share trigrams with them (`pg_trgm.similarity_threshold` of the connection), or
 * that two neighbouring letters changed places make of them, within an edit or two, three in long words. One plain read; it costs what
 * the dictionary's trigram index costs, some milliseconds a word.
 */
export async function findAlternatives(sql: Sql, words: readonly string[]): Promise<Alternative[]> {
  const swaps = words.map((word) => swapsOf(word).join(' '));
  return sql<Alternative[]>`
    SELECT typed.place::int - 1 AS place, near.word
    FROM unnest(${words}::text[], ${swaps}::text[]) WITH ORDINALITY AS typed (word, swaps, place)
    CROSS JOIN LATERAL (
      SELECT close.word FROM (
        SELECT k.word, levenshtein_less_equal(k.word, typed.word, 3) AS edits FROM search_words k
        WHERE k.word % typed.word AND typed.word ~ '^[a-z]{3,32}$'
        UNION SELECT k.word, 1 FROM search_words k WHERE k.word = ANY (string_to_array(typed.swaps, ' '))) AS close
      WHERE close.edits <= CASE WHEN length(typed.word) <= 4 THEN 1 WHEN length(typed.word) <= 7 THEN 2 ELSE 3 END
      GROUP BY close.word
      ORDER BY min(close.edits), similarity(close.word, typed.word) DESC, close.word LIMIT ${MOST_ALTERNATIVES}) AS near
    ORDER BY place`;
}

/** Which of these words the dictionary has. One plain read by its index. */
export async function knownWords(sql: Sql, words: readonly string[]): Promise<Set<string>> {
  const rows = await sql<
    { word: string }[]
  >`SELECT DISTINCT word FROM search_words WHERE word = ANY (${words}::text[])`;
  return new Set(rows.map(({ word }) => word));
}

/** The word with each two neighbouring letters changed over: what hurried fingers do most, and trigrams see worst. */
export const swapsOf = (word: string): string[] =>
  Array.from(
    { length: Math.max(0, word.length - 1) },
    (_, i) => word.slice(0, i) + word.charAt(i + 1) + word.charAt(i) + word.slice(i + 2),
  );
