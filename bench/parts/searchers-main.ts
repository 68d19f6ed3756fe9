import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import * as v from 'valibot';
import { searchEvents } from '../../core/search/search-events.ts';
import { connectSearch } from '../../db/connect.ts';
import { toTimings } from '../measure/time.ts';
import { getRequest, openHttpLine } from './http-line.ts';
import { servePart } from './serve-part.ts';

const questionSchema = v.variant('ask', [
  v.object({
    ask: v.literal('begin'),
    /** Core's address, or a database's: then each client has a connection of its own, and nothing bounds them. */
    url: v.string(),
    clients: v.number(),
    texts: v.array(v.string()),
  }),
  v.object({ ask: v.literal('end') }),
]);
type Crowd = Extract<v.InferOutput<typeof questionSchema>, { ask: 'begin' }>;

/** How long a client waits who was refused, ms: what a busy core's `Retry-After` says. */
const REFUSED_MS = 1000;
/** Postgres's code for a statement that took longer than searches may. */
const TIMED_OUT = '57014';
/** Events on a page, and one more, as core asks for. */
const LIMIT = 21;
const ANYTHING = { kind: null, city: '', days: null, room: null, sale: null, maxPriceMinor: null, currency: null };

type Search = (text: string) => Promise<'answered' | 'refused'>;

/** People who search, each again as soon as they are answered, until they are told to end. */
await servePart(v.object({}), async () => {
  let end: () => Promise<object> = async () => ({});
  return {
    ready: {},
    async answer(question) {
      const asked = v.parse(questionSchema, question);
      if (asked.ask === 'end') return end();
      end = await begin(asked);
      return {};
    },
  };
});

async function begin({ url, clients, texts }: Crowd): Promise<() => Promise<object>> {
  const { searches, close } = await (url.startsWith('postgres') ? overPostgres : overHttp)(url, clients);
  const stop = new AbortController();
  setMaxListeners(clients, stop.signal);
  const times: number[] = [];
  let refused = 0;
  const began = performance.now();
  const work = searches.map(async (search, client) => {
    for (let n = client; !stop.signal.aborted; n += clients) {
      const at = performance.now();
      if ((await search(texts[n % texts.length] ?? '')) === 'answered') times.push(performance.now() - at);
      else {
        refused += 1;
        await sleep(REFUSED_MS, undefined, { signal: stop.signal }).catch(() => {});
      }
    }
  });
  return async () => {
    stop.abort();
    await Promise.all(work);
    const { count, p50Ms, p99Ms } = toTimings(times);
    await close();
    return { perSecond: count / ((performance.now() - began) / 1000), refused, p50Ms, p99Ms };
  };
}

type Searches = { searches: Search[]; close: () => Promise<void> };

async function overHttp(url: string, clients: number): Promise<Searches> {
  const lines = await Promise.all(Array.from({ length: clients }, () => openHttpLine(url)));
  const searches = lines.map((line): Search => async (text) => {
    const { status, body } = await line.send(getRequest(`/v1/events?q=${encodeURIComponent(text)}`));
    if (status === 200) return 'answered';
    if (status === 503) return 'refused';
    throw new Error(`a search was answered with ${status}: ${body.slice(0, 200)}`);
  });
  return { searches, close: async () => lines.forEach((line) => line.close()) };
}

async function overPostgres(url: string, clients: number): Promise<Searches> {
  const sql = connectSearch(url, { max: clients });
  const search: Search = async (q) => {
    try {
      await searchEvents(sql, { ...ANYTHING, q, after: null, limit: LIMIT });
      return 'answered';
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === TIMED_OUT) return 'refused';
      throw error;
    }
  };
  return { searches: Array.from({ length: clients }, () => search), close: () => sql.end() };
}
