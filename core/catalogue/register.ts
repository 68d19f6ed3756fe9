import { listEvents } from '../../db/queries/list-events.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import type { CoreDeps } from '../deps.ts';
import { send, sendJson } from '../http/answer.ts';
import type { CoreApp } from '../http/context.ts';
import { withinDeadline } from '../http/store-failure.ts';
import { answerAvailability, answerPerformance, answerSeatMap, type AnswerLook } from './looks.ts';
import { toEventView } from './views.ts';

export { findLook } from './looks.ts';

/** An event changes by the day. */
const EVENT_CACHE = 'public, max-age=10';

/** Browsing: an event, performances, seat maps, availability. Needs no credential and uses its own small pool. */
export function register(app: CoreApp, deps: CoreDeps): void {
  app.get('/v1/events/:id', async (c) => {
    const [event] = await withinDeadline(deps.browseSql, () => listEvents(deps.browseSql, { id: c.req.param('id') }));
    if (event === undefined) throw new OperatingError('event_not_found');
    return sendJson(c, 200, toEventView(event, deps.clock.nowMs()), { 'cache-control': EVENT_CACHE });
  });

  const look = (path: `/v1/performances/:id${string}`, answer: AnswerLook) =>
    app.get(path, async (c) => {
      // What is there and empty was left out: a form sends all its fields.
      const [from, to] = [c.req.query('from') || undefined, c.req.query('to') || undefined];
      return send(c, await answer(deps, c.req.raw, { id: c.req.param('id'), from, to }));
    });
  look('/v1/performances/:id', answerPerformance);
  look('/v1/performances/:id/availability', answerAvailability);
  look('/v1/performances/:id/seat-map', answerSeatMap);
}
