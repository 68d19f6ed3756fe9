import { createHash } from 'node:crypto';
import type { EventView } from '../../contracts/catalogue.ts';
import { suggestionQuerySchema } from '../../contracts/search.ts';
import { listEvents, readFoundEvents } from '../../db/queries/list-events.ts';
import { filterEvents } from '../../db/queries/search-events.ts';
import { toEventView } from '../catalogue/views.ts';
import type { CoreDeps } from '../deps.ts';
import type { CoreApp, CoreContext } from '../http/context.ts';
import { parseBody } from '../http/json-body.ts';
import { sendText, toServedText } from '../http/served-text.ts';
import { withinDeadline } from '../http/store-failure.ts';
import { readSearch, writeCursor, type SearchRequest } from './read-query.ts';
import { isToldByFacets, searchEvents, understand } from './search-events.ts';
import { searchRuns } from './search-runs.ts';
import { createSearchTurns, type SearchTurns } from './search-turns.ts';
import { suggest } from './suggest.ts';

/** Events on a page of all there is; about 20 KB. */
const LIST_PAGE = 50;
/** Events or runs on a page of what was found: as many as anybody reads before asking anew, and few enough for the edge to keep. */
const FOUND_PAGE = 20;
/** Events change by the day, and a new one may show up a little later; what is free on a train is as fresh as a look at it needs. */
const CACHE = 'public, max-age=10';
/** Names change hardly ever, and everybody types the same beginnings. */
const SUGGESTIONS_CACHE = 'public, max-age=60';

const NOT_KEPT = 'no-store';

const PATHS = { events: '/v1/events', suggestions: '/v1/events/suggestions' } as const;

type Page = { items: EventView[]; next: string | null };
/** A page; `isCut`: the stores had no time to find all of it, so nobody is to keep it. */
type Answer = Page & { isCut?: boolean };

/** Whether a path is a search's. */
export const isSearch = (path: string): boolean => path === PATHS.events || path === PATHS.suggestions;

/**
 * Search: events by text and filters, trains between stations, suggestions. Needs no credential, has a pool of its own, and takes only so
 * many at once (`busy`). Answers may be kept by anybody for some seconds and have an ETag of their content.
 */
export function register(app: CoreApp, deps: CoreDeps): void {
  const takeTurn = createSearchTurns();
  app.get(PATHS.events, async (c) => {
    const request = readSearch(c.req.query());
    const { isCut = false, ...page } = await answer(deps, request, takeTurn);
    return sendPage(c, page, isCut ? NOT_KEPT : CACHE);
  });

  app.get(PATHS.suggestions, async (c) => {
    const { q } = parseBody(suggestionQuerySchema, c.req.query());
    const { items, isCut } = await withinDeadline(deps.searchSql, () => takeTurn(() => suggest(deps.searchSql, q)));
    return sendPage(c, { items }, isCut ? NOT_KEPT : SUGGESTIONS_CACHE);
  });
}

async function answer(deps: CoreDeps, request: SearchRequest, takeTurn: SearchTurns): Promise<Answer> {
  const inTurn = (search: () => Promise<Answer>) => withinDeadline(deps.searchSql, () => takeTurn(search));
  if (request.list === 'ranked') return inTurn(() => answerRanked(deps, request));
  if (request.list === 'runs') return inTurn(() => searchRuns(deps, request, FOUND_PAGE));
  const { city, days, room, sale, maxPriceMinor, currency } = request;
  const isPlain = city === '' && [days, room, sale, maxPriceMinor, currency].every((filter) => filter === null);
  return isPlain ? answerAll(deps, request) : inTurn(() => answerFiltered(deps, request));
}

async function answerAll(deps: CoreDeps, { afterId, kind }: SearchRequest & { list: 'filtered' }): Promise<Page> {
  const page = { afterId, kind, limit: LIST_PAGE + 1 };
  const events = await withinDeadline(deps.browseSql, () => listEvents(deps.browseSql, page));
  return toPage(
    events.map((event) => toEventView(event, deps.clock.nowMs())),
    LIST_PAGE,
    ({ id }) => writeCursor(id),
  );
}

async function answerFiltered(deps: CoreDeps, request: SearchRequest & { list: 'filtered' }): Promise<Page> {
  const { facets, performance } = await understand(deps.searchSql, request);
  const { ids, lookedAtId } = await filterEvents(deps.searchSql, {
    facets: facets.length === 0 ? null : facets.join(' & '),
    performance: isToldByFacets(request) ? null : performance,
    afterId: request.afterId,
    limit: FOUND_PAGE + 1,
  });
  const events = await readFoundEvents(deps.searchSql, ids, performance);
  const views = events.map((event) => toEventView(event, deps.clock.nowMs()));
  const page = toPage(views, FOUND_PAGE, ({ id }) => writeCursor(id));
  return page.next === null && lookedAtId !== null ? { ...page, next: writeCursor(lookedAtId) } : page;
}

async function answerRanked(deps: CoreDeps, request: SearchRequest & { list: 'ranked' }): Promise<Answer> {
  const { found, performance, isCut } = await searchEvents(deps.searchSql, { ...request, limit: FOUND_PAGE + 1 });
  const rankOf = new Map(found.map(({ id, rank }) => [id, rank]));
  const events = await readFoundEvents(deps.searchSql, [...rankOf.keys()], performance);
  const views = events.map((event) => toEventView(event, deps.clock.nowMs()));
  return { ...toPage(views, FOUND_PAGE, ({ id }) => writeCursor(rankOf.get(id) ?? 0, id)), isCut };
}

/** Cuts what was read one too many, and says where the next page begins. */
function toPage(events: EventView[], size: number, cursorOf: (last: EventView) => string): Page {
  const items = events.slice(0, size);
  const last = events.length > size ? items.at(-1) : undefined;
  return { items, next: last === undefined ? null : cursorOf(last) };
}

function sendPage(c: CoreContext, page: object, cacheControl: string): Promise<Response> {
  const text = JSON.stringify(page);
  const etag = `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`;
  return sendText(c, toServedText(text, etag), cacheControl);
}
