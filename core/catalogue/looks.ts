import type { CoreDeps } from '../deps.ts';
import type { HttpAnswer } from '../http/answer.ts';
import type { DirectRoute } from '../http/direct.ts';
import { invalidRequest } from '../http/json-body.ts';
import { headersOf, type AnyRequest } from '../http/node-request.ts';
import { answerServed } from '../http/served-text.ts';
import { availabilityText } from './availability-text.ts';
import { type LegRange, type Performance, resolveLegs } from './performance.ts';
import { requirePerformance } from './require-performance.ts';
import { toPerformanceView } from './views.ts';

/** Which performance is looked at, and between which stops, as the caller names them. */
export type Look = { id: string; from?: string | undefined; to?: string | undefined };

/** Answers a look at a performance. Refuses: `performance_not_found`, `invalid_request`; throws `store_unavailable`, `busy`. */
export type AnswerLook = (deps: CoreDeps, request: AnyRequest, look: Look) => Promise<HttpAnswer>;

const IMMUTABLE = 'public, max-age=31536000, immutable';
/** What is free changes by the second. */
const STOCK_CACHE = 'public, max-age=1';

/** A performance with what is free in each zone. */
export const answerPerformance: AnswerLook = async (deps, _request, look) => {
  const performance = await requirePerformance({ catalogue: deps.browseCatalogue }, look.id);
  const legs = requireLegs(performance, look);
  const snapshot = await deps.inventory.snapshot(performance);
  const body = toPerformanceView(performance, snapshot, legs, {
    feedUrl: deps.config.feedUrl,
    nowMs: deps.clock.nowMs(),
  });
  return { status: 200, body, headers: { 'cache-control': STOCK_CACHE } };
};

/** What is free, seat by seat. */
export const answerAvailability: AnswerLook = async (deps, request, look) => {
  const performance = await requirePerformance({ catalogue: deps.browseCatalogue }, look.id);
  const legs = requireLegs(performance, look);
  const snapshot = await deps.inventory.snapshot(performance);
  return answerServed(headersOf(request), availabilityText(snapshot, legs), STOCK_CACHE);
};

/** Its seat map. */
export const answerSeatMap: AnswerLook = async (deps, request, { id }) => {
  const performance = await requirePerformance({ catalogue: deps.browseCatalogue }, id);
  const map = await deps.browseCatalogue.seatMap(performance.seatMapId);
  return answerServed(headersOf(request), map.served, IMMUTABLE);
};

const KINDS: ReadonlyMap<string | undefined, AnswerLook> = new Map([
  [undefined, answerPerformance],
  ['availability', answerAvailability],
  ['seat-map', answerSeatMap],
]);
const PATH = /^\/v1\/performances\/([a-z0-9-]+)(?:\/([a-z-]+))?$/;
const STRETCH = /^from=([A-Z0-9]+)&to=([A-Z0-9]+)$/;

/** Who answers such a look past the router; undefined where the address has anything that has to be decoded, or is not one. */
export function findLook(deps: CoreDeps, path: string, query: string): DirectRoute | undefined {
  const [, id, kind] = PATH.exec(path) ?? [];
  const answer = KINDS.get(kind);
  if (id === undefined || answer === undefined) return undefined;
  if (query === '') return (request) => answer(deps, request, { id });
  const [, from, to] = STRETCH.exec(query) ?? [];
  return from === undefined ? undefined : (request) => answer(deps, request, { id, from, to });
}

/** The legs that `?from=&to=` name. Refuses: `invalid_request`. */
function requireLegs(performance: Performance, { from, to }: Look): LegRange {
  const resolved = resolveLegs(performance, { from, to });
  if (!resolved.ok) throw invalidRequest(resolved.errors);
  return resolved.legs;
}
