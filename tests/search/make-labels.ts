import { createSeededRandom, type SeededRandom } from '../../cli/crowd/seeded-random.ts';
import { makeCatalogue, one, type MadeEvent, type MadeVenue } from './made-catalogue.ts';

/** A query as a person types it, and the event that it is for. */
export type Label = { query: string; event: string };

/** Made by procedure; the other fifty of the 200 are made by hand (`hand-made-labels.json`). */
const COUNT = 150;
const SEED = 7;
/** Shorter words are typed right, or are something else when they are not. */
const SHORTEST_MISSPELT = 4;
/** Neighbours on a keyboard. */
const NEAR = new Map(
  'a:sq b:vn c:xv d:sf e:wr f:dg g:fh h:gj i:uo j:hk k:jl l:k m:n n:bm o:ip p:o q:w r:et s:ad t:ry u:yi v:cb w:qe x:zc y:tu z:x'
    .split(' ')
    .map((pair): [string, string[]] => [pair.charAt(0), pair.slice(2).split('')]),
);

/**
 * Queries for events of the made catalogue, always the same. For each: an event by lot; its words as somebody without its letters types
 * them (no diacritics, no punctuation); by lot all words of the name, or the performer and the city, or the name's rarer words and the
 * venue; only if no other event has all these words; then one word misspelt, in three of ten queries two. A misspelling is by lot a
 * letter left out, doubled, put in the place of its neighbour on the keyboard, added from there, or changed over with the next.
 */
export function makeLabels(): Label[] {
  const { events, venues } = makeCatalogue();
  const random = createSeededRandom(SEED);
  const bags = events.map((event) => new Set(plain(textOf(event, venues)).split(' ')));
  const labels: Label[] = [];
  while (labels.length < COUNT) {
    const at = Math.floor(random.between(0, events.length));
    const event = events[at];
    if (event === undefined || !event.id.startsWith('made-')) continue;
    const words = chooseWords(random, event, venues);
    const fitting = bags.filter((bag) => words.every((word) => bag.has(word))).length;
    if (fitting !== 1 || words.length > 6) continue;
    labels.push({ query: misspellSome(random, words).join(' '), event: event.id });
  }
  return labels;
}

function chooseWords(random: SeededRandom, { name, performers, venueId }: MadeEvent, venues: MadeVenue[]): string[] {
  const venue = venues.find(({ id }) => id === venueId);
  const choice = random.next();
  const nameWords = plain(name).split(' ');
  if (choice < 0.5) return nameWords;
  if (choice < 0.75) return plain(`${performers[0] ?? name} ${venue?.city ?? ''}`).split(' ');
  return [
    ...nameWords.filter((word) => word.length > 4).slice(0, 3),
    ...plain(venue?.name ?? '')
      .split(' ')
      .slice(0, 1),
  ];
}

function misspellSome(random: SeededRandom, words: readonly string[]): string[] {
  const long = words.flatMap((word, i) => (word.length >= SHORTEST_MISSPELT ? [i] : []));
  const chosen = new Set([one(random, long), ...(random.chance(0.3) ? [one(random, long)] : [])]);
  return words.map((word, i) => (chosen.has(i) ? misspell(random, word) : word));
}

function misspell(random: SeededRandom, word: string): string {
  const at = 1 + Math.floor(random.between(0, word.length - 1));
  const [before, letter, after] = [word.slice(0, at), word.charAt(at), word.slice(at + 1)];
  const near = one(random, NEAR.get(letter) ?? [letter]);
  const next = after.charAt(0);
  const wrong = one(random, [
    before + after,
    before + letter + letter + after,
    before + near + after,
    before + near + letter + after,
    next === '' ? before + after : before + next + letter + after.slice(1),
  ]);
  return wrong === word ? before + after : wrong;
}

const textOf = ({ name, performers, venueId }: MadeEvent, venues: readonly MadeVenue[]): string => {
  const venue = venues.find(({ id }) => id === venueId);
  return [name, ...performers, venue?.name ?? '', venue?.city ?? ''].join(' ');
};

/** Written without accents and signs, as people type. */
const plain = (text: string): string =>
  text
    .normalize('NFKD')
    .replaceAll(/[\u0300-\u036F’']/g, '')
    .toLowerCase()
    .replaceAll('ø', 'o')
    .replaceAll('ł', 'l')
    .replaceAll(/[^a-z0-9]+/g, ' ')
    .trim();
