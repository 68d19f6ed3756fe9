import type * as v from 'valibot';
import { slugSchema } from '../../contracts/catalogue.ts';
import {
  eventPatchSchema,
  newEventSchema,
  newPerformanceSchema,
  newVenueSchema,
  performancePatchSchema,
  venuePatchSchema,
} from '../../contracts/operator-catalogue.ts';
import type { Transaction } from '../../db/connect.ts';
import { pageOfEvents, pageOfVenues, readEvent, readVenue } from '../../db/queries/edit-catalogue.ts';
import { pageOfPerformances, readPerformanceRow } from '../../db/queries/edit-performances.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import type { CoreDeps } from '../deps.ts';
import type { CoreApp, CoreContext } from '../http/context.ts';
import { requireOperator } from '../http/credentials.ts';
import { parseBody, readJson } from '../http/json-body.ts';
import { withinDeadline } from '../http/store-failure.ts';
import { whileProgressing } from '../http/while-progressing.ts';
import type { Changer, ExpectedVersions } from '../operator/change-room.ts';
import { readIfMatch } from '../operator/if-match.ts';
import { serveOrder } from '../operator/keyed-order.ts';
import { runTransaction } from '../payments/run-transaction.ts';
import { changePerformance } from './change-performance.ts';
import { createPerformance } from './create-performance.ts';
import { changeEvent, createEvent } from './events.ts';
import { servePage } from './list-page.ts';
import { viewPerformances } from './performance-view.ts';
import { tellCapacities } from './tell-capacities.ts';
import { changeVenue, createVenue } from './venues.ts';

const NO_STORE = { 'cache-control': 'no-store' } as const;

/** Venues, events and performances as operators list, add and change them. */
export function register(app: CoreApp, deps: CoreDeps): void {
  registerVenues(app, deps);
  registerEvents(app, deps);
  registerPerformances(app, deps);
}

function registerVenues(app: CoreApp, deps: CoreDeps): void {
  app.get('/v1/operator/venues', (c) =>
    servePage(deps, c, (after, limit) => pageOfVenues(deps.browseSql, after, limit)),
  );
  app.get('/v1/operator/venues/:id', async (c) => {
    await requireOperator(deps, c.req.raw.headers, 'viewer');
    const row = await withinDeadline(deps.browseSql, () => readVenue(deps.browseSql, c.req.param('id')));
    if (row === null) throw new OperatingError('not_found');
    return sendVersioned(c, row);
  });
  app.post('/v1/operator/venues', (c) =>
    serveOrder(deps, c, {
      role: 'operator',
      status: 201,
      read: (request) => readJson(request, newVenueSchema),
      work: createVenue,
    }),
  );
  app.patch('/v1/operator/venues/:id', (c) => servePatch(deps, c, venuePatchSchema, changeVenue));
}

function registerEvents(app: CoreApp, deps: CoreDeps): void {
  app.get('/v1/operator/events', (c) =>
    servePage(deps, c, (after, limit) => pageOfEvents(deps.browseSql, after, limit)),
  );
  app.get('/v1/operator/events/:id', async (c) => {
    await requireOperator(deps, c.req.raw.headers, 'viewer');
    const row = await withinDeadline(deps.browseSql, () => readEvent(deps.browseSql, c.req.param('id')));
    if (row === null) throw new OperatingError('event_not_found');
    return sendVersioned(c, row);
  });
  app.post('/v1/operator/events', (c) =>
    serveOrder(deps, c, {
      role: 'operator',
      status: 201,
      read: (request) => readJson(request, newEventSchema),
      work: createEvent,
    }),
  );
  app.patch('/v1/operator/events/:id', (c) => servePatch(deps, c, eventPatchSchema, changeEvent));
}

function registerPerformances(app: CoreApp, deps: CoreDeps): void {
  const { browseSql } = deps;
  app.get('/v1/operator/performances', (c) => {
    const eventId = c.req.query('eventId') ?? null;
    return servePage(deps, c, async (after, limit) => {
      const page = { after, limit, eventId: eventId === null ? null : parseBody(slugSchema, eventId) };
      return viewPerformances(browseSql, await pageOfPerformances(browseSql, page), deps.clock.nowMs());
    });
  });
  app.get('/v1/operator/performances/:id', async (c) => {
    await requireOperator(deps, c.req.raw.headers, 'viewer');
    const [view] = await withinDeadline(browseSql, async () => {
      const row = await readPerformanceRow(browseSql, c.req.param('id'));
      return row === null ? [] : viewPerformances(browseSql, [row], deps.clock.nowMs());
    });
    if (view === undefined) throw new OperatingError('performance_not_found');
    return sendVersioned(c, view);
  });
  app.post('/v1/operator/performances', (c) =>
    serveOrder(deps, c, {
      role: 'operator',
      status: 201,
      read: (request) => readJson(request, newPerformanceSchema),
      work: createPerformance,
    }),
  );
  app.patch('/v1/operator/performances/:id', async (c) => {
    const response = await servePatch(deps, c, performancePatchSchema, (tx, ...change) =>
      changePerformance(tx, deps, ...change),
    );
    deps.catalogue.forget(c.req.param('id'));
    // At once where it can be; the row makes good what can't.
    await tellCapacities(deps, c.req.param('id'));
    return response;
  });
}

/** Serves a PATCH: credential, `If-Match` and body in this order, then the change in one transaction with its audit row. */
async function servePatch<S extends v.GenericSchema>(
  deps: CoreDeps,
  c: CoreContext,
  schema: S,
  change: (
    tx: Transaction,
    id: string,
    patch: v.InferOutput<S>,
    expected: ExpectedVersions,
    changer: Changer,
  ) => Promise<{ version: number }>,
): Promise<Response> {
  const { sub } = await requireOperator(deps, c.req.raw.headers, 'operator');
  const expected = readIfMatch(c.req.header('if-match'));
  const patch = await readJson(c.req.raw, schema);
  const changer = { actor: sub, nowMs: deps.clock.nowMs() };
  const work = (tx: Transaction) => change(tx, c.req.param('id') ?? '', patch, expected, changer);
  return sendVersioned(c, await whileProgressing(deps.sql, (turn) => runTransaction(deps.sql, work, turn)));
}

const sendVersioned = (c: CoreContext, view: { version: number }): Response =>
  c.json(view, 200, { ...NO_STORE, etag: `"${view.version}"` });
