import type { Suggestion } from '../../contracts/search.ts';
import type { Sql } from '../../db/connect.ts';
import { readFoundEvents } from '../../db/queries/list-events.ts';
import { findNamedStations } from '../../db/queries/search-trains.ts';
import { searchEvents } from './search-events.ts';

/** Suggestions of each sort at most: more would not be read before the next letter. */
const MOST_EVENTS = 6;
const MOST_STATIONS = 3;
const ANYTHING = { kind: null, city: '', days: null, room: null, sale: null, maxPriceMinor: null, currency: null };

/**
 * What somebody may mean who has typed so far: stations first where the text is a code or most of a name, then events, best first. `isCut`:
 * a guess took too long, so that there may be more.
 */
export async function suggest(sql: Sql, q: string): Promise<{ items: Suggestion[]; isCut: boolean }> {
  if (q === '') return { items: [], isCut: false };
  const [stations, { found, isCut }] = await Promise.all([
    findNamedStations(sql, q),
    searchEvents(sql, { ...ANYTHING, q, after: null, limit: MOST_EVENTS }),
  ]);
  const ids = found.map(({ id }) => id);
  const events = ids.length === 0 ? [] : await readFoundEvents(sql, ids, null);
  const items = [
    ...stations.slice(0, MOST_STATIONS).map(({ code, name }): Suggestion => ({ type: 'station', code, name })),
    ...events.map(({ id, kind, name, venue }): Suggestion => {
      const place = venue === null ? null : `${venue.name}, ${venue.city}`;
      return { type: 'event', id, kind, name, place };
    }),
  ];
  return { items, isCut };
}
