import type { GenericSchema } from 'valibot';
import { slugSchema } from '../../contracts/catalogue.ts';
import { searchQuerySchema, suggestionQuerySchema } from '../../contracts/search.ts';

/** The parameters in the query of a route, by `METHOD path` as the gate serves it: their schemas, and what they mean. */
export const QUERIES: Readonly<Record<string, Record<string, { schema: GenericSchema; description: string }>>> = {
  'GET /api/core/v1/events': described(searchQuerySchema.entries, {
    q: 'Words of a name, performer, venue, city or station, in any order; they may be misspelt',
    from: 'With `to`, a train’s stations by code or name; or the first and last day',
    to: 'With `from`',
    on: 'The local day; for trains that at the station where one gets on',
    until: 'The last of several days, the first being `on`',
    city: 'All of a city’s name, or another name of it',
    kind: 'event or train',
    room: 'Only what this room protects',
    sale: 'On sale now, or next',
    maxPrice: 'The cheapest zone costs at most so many minor units',
    currency: 'Of that price',
    cursor: 'Where the last page ended: its `next`',
  }),
  'GET /api/core/v1/operator/moves': {
    performanceId: { schema: slugSchema, description: 'The moves of this performance' },
    eventId: { schema: slugSchema, description: 'Or those of an event’s performances' },
  },
  'GET /api/core/v1/events/suggestions': described(suggestionQuerySchema.entries, { q: 'What is typed so far' }),
};

function described<N extends string>(entries: Record<N, GenericSchema>, words: Record<N, string>) {
  const names: [string, GenericSchema][] = Object.entries(entries);
  const texts = new Map(Object.entries<string>(words));
  return Object.fromEntries(names.map(([name, schema]) => [name, { schema, description: texts.get(name) ?? '' }]));
}
