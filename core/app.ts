import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import type { RequestListener } from 'node:http';
import { CORE_ROUTES } from '../contracts/routes.ts';
import * as accounts from './accounts/register.ts';
import * as blocks from './blocks/register.ts';
import * as bookings from './bookings/register.ts';
import * as catalogueOrders from './catalogue-orders/register.ts';
import * as checkIns from './check-ins/register.ts';
import * as catalogue from './catalogue/register.ts';
import type { CoreDeps } from './deps.ts';
import * as entryTickets from './entry-tickets/register.ts';
import * as holds from './holds/register.ts';
import { labelAnswer } from './http/answer.ts';
import type { CoreApp, CoreEnv } from './http/context.ts';
import { directListener, type DirectRoute, type DirectRoutes } from './http/direct.ts';
import { createFrames } from './http/frame.ts';
import { registerHealth } from './http/health.ts';
import { headersOf, keepIncoming } from './http/node-request.ts';
import { problem, problemOfError } from './http/problems.ts';
import * as moves from './moves/register.ts';
import * as operator from './operator/register.ts';
import * as payments from './payments/register.ts';
import * as push from './push/register.ts';
import * as search from './search/register.ts';
import * as seatMaps from './seat-maps/register.ts';
import * as turnNotices from './turn-notices/register.ts';
import * as waitlist from './waitlist/register.ts';

/** Every feature folder, in the order of API.md. */
const FEATURES = [
  search,
  catalogue,
  holds,
  bookings,
  entryTickets,
  waitlist,
  checkIns,
  payments,
  push,
  turnNotices,
  accounts,
  operator,
  blocks,
  catalogueOrders,
  moves,
  seatMaps,
];

// A crowd that searches says nothing about how buyers fare, and must not slow their admission down.
const isMeasured = (path: string): boolean => !search.isSearch(path);

/** Core's whole HTTP surface over injected parts; tests call `app.request` without a server. */
export function createApp(deps: CoreDeps): CoreApp {
  const app: CoreApp = new Hono<CoreEnv>();
  const begin = createFrames(deps, isMeasured);
  app.use(async (c, next) => {
    keepIncoming(c.req.raw, c.env);
    const frame = begin(c.req.method, c.req.path, headersOf(c.req.raw));
    c.set('requestId', frame.requestId);
    c.set('clientAddress', frame.clientAddress);
    await next();
    frame.end(c.res.status);
    labelAnswer(c);
  });
  app.onError((error, c) => problemOfError(c, error, deps.log));
  app.notFound((c) => {
    const methods = allowedMethods(c.req.path);
    if (methods.length === 0) return problem(c, 'not_found');
    return problem(c, 'method_not_allowed', {}, { allow: methods.join(', ') });
  });
  registerHealth(app, deps);
  app.get('/.well-known/jwks.json', (c) =>
    c.json(deps.keys.published, 200, { 'cache-control': 'public, max-age=300' }),
  );
  for (const feature of FEATURES) feature.register(app, deps);
  return app;
}

/** The same surface for Node's server: what a crowd sends goes past the router. */
export function createListener(deps: CoreDeps): RequestListener {
  const { current } = deps.payments;
  const posts = new Map<string, DirectRoute>([
    ['/v1/holds', (request) => holds.answerHold(deps, request)],
    ['/v1/bookings', (request) => bookings.answerBooking(deps, request)],
    [`/v1/payments/webhooks/${current.name}`, (request) => payments.answerWebhook(deps, current, request)],
  ]);
  const routes: DirectRoutes = { posts, look: (path, query) => catalogue.findLook(deps, path, query) };
  const begin = createFrames(deps, isMeasured);
  const router = getRequestListener(createApp(deps).fetch);
  return directListener(routes, { begin, log: deps.log }, (request, answer) => void router(request, answer));
}

/** The methods that the route table knows for a path; a path it knows with another method is a 405, not a 404. */
function allowedMethods(path: string): string[] {
  const segments = path.split('/');
  const fits = (pattern: string): boolean => {
    const parts = pattern.split('/');
    return parts.length === segments.length && parts.every((part, i) => part.startsWith(':') || part === segments[i]);
  };
  return CORE_ROUTES.filter((route) => fits(route.path)).map((route) => route.method);
}
