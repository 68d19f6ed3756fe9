import type { MovesView, MoveView } from '../../contracts/moves.ts';
import { slugSchema } from '../../contracts/catalogue.ts';
import { listMoves, readReach, type MoveRow } from '../../db/queries/moves.ts';
import { isoTime } from '../../platform/clock.ts';
import type { CoreDeps } from '../deps.ts';
import type { CoreApp } from '../http/context.ts';
import { requireOperator } from '../http/credentials.ts';
import { invalidRequest, parseBody } from '../http/json-body.ts';
import { withinDeadline } from '../http/store-failure.ts';
import { venueName } from '../notifications/booking-facts.ts';

/** Moves that are told of at most. */
const LIMIT = 50;

/** Who would be told of a move, and how far those are told who were: for operators, before they move something and after. */
export function register(app: CoreApp, deps: CoreDeps): void {
  app.get('/v1/operator/moves', async (c) => {
    await requireOperator(deps, c.req.raw.headers, 'viewer');
    const [performanceId = null, eventId = null] = [c.req.query('performanceId'), c.req.query('eventId')].map((id) =>
      id === undefined ? null : parseBody(slugSchema, id),
    );
    if ((performanceId === null) === (eventId === null))
      throw invalidRequest([{ path: 'performanceId', message: 'name a performance or an event' }]);
    const { browseSql } = deps;
    const which = { performanceId, eventId };
    const [reach, rows] = await withinDeadline(browseSql, () =>
      Promise.all([readReach(browseSql, which), listMoves(browseSql, { ...which, limit: LIMIT })]),
    );
    const isMailed = deps.config.smtp !== null;
    const view: MovesView = { reach, isMailed, items: rows.map(toView), next: null };
    return c.json(view, 200, { 'cache-control': 'no-store' });
  });
}

const toView = (row: MoveRow): MoveView => ({
  performanceId: row.performanceId,
  number: row.number,
  movedAt: isoTime(row.movedAt.getTime()),
  was: {
    startsAt: isoTime(row.wasStartsAt.getTime()),
    timeZone: row.wasTimeZone,
    venue: venueName(row.wasVenue, row.wasCity),
  },
  state: row.state,
  messages: row.messages,
});
