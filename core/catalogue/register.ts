import { listEvents } from '../../db/queries/list-events.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import type { CoreDeps } from '../deps.ts';
import type { CoreApp, CoreContext } from '../http/context.ts';
import { invalidRequest } from '../http/json-body.ts';
import { sendText } from '../http/served-text.ts';
import { withinDeadline } from '../http/store-failure.ts';
import { availabilityText } from './availability-text.ts';
import { type LegRange, type Performance, resolveLegs } from './performance.ts';
import { requirePerformance } from './require-performance.ts';
import { toEventView, toPerformanceView } from './views.ts';

const IMMUTABLE = 'public, max-age=31536000, immutable';
/** What is free changes by the second; an event changes by the day. */
const STOCK_CACHE = 'public, max-age=1';
const EVENT_CACHE = 'public, max-age=10';

/** Browsing: an event, performances, seat maps, availability. Needs no credential and uses its own small pool. */
export function register(app: CoreApp, deps: CoreDeps): void {
  const browse = { catalogue: deps.browseCatalogue };
  app.get('/v1/events/:id', async (c) => {
    const [event] = await withinDeadline(deps.browseSql, () => listEvents(deps.browseSql, { id: c.req.param('id') }));
    if (event === undefined) throw new OperatingError('event_not_found');
    return c.json(toEventView(event, deps.clock.nowMs()), 200, { 'cache-control': EVENT_CACHE });
  });

  app.get('/v1/performances/:id', async (c) => {
    const performance = await requirePerformance(browse, c.req.param('id'));
    const legs = readLegs(c, performance);
    const snapshot = await deps.inventory.snapshot(performance);
    const view = toPerformanceView(performance, snapshot, legs, {
      feedUrl: deps.config.feedUrl,
      nowMs: deps.clock.nowMs(),
    });
    return c.json(view, 200, { 'cache-control': STOCK_CACHE });
  });

  app.get('/v1/performances/:id/availability', async (c) => {
    const performance = await requirePerformance(browse, c.req.param('id'));
    const legs = readLegs(c, performance);
    const snapshot = await deps.inventory.snapshot(performance);
    return sendText(c, availabilityText(snapshot, legs), STOCK_CACHE);
  });

  app.get('/v1/performances/:id/seat-map', async (c) => {
    const performance = await requirePerformance(browse, c.req.param('id'));
    const map = await deps.browseCatalogue.seatMap(performance.seatMapId);
    return sendText(c, map.served, IMMUTABLE);
  });
}

/** The legs that `?from=&to=` name. Refuses: `invalid_request`. */
function readLegs(c: CoreContext, performance: Performance): LegRange {
  const resolved = resolveLegs(performance, { from: c.req.query('from'), to: c.req.query('to') });
  if (!resolved.ok) throw invalidRequest(resolved.errors);
  return resolved.legs;
}
