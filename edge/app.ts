import { Hono } from 'hono';
import { EDGE_ROUTES, matchRoute, type Method, type Route } from '../contracts/routes.ts';
import { boardCacheKey, serveBoard } from './board/serve-board.ts';
import { showChallenge } from './challenge/challenge.ts';
import { checkDraw, showDraw } from './draw/draw.ts';
import { issueFeedToken } from './feed-tokens/issue.ts';
import { GATE_PREFIX } from './gate/find-core-route.ts';
import { gate } from './gate/gate.ts';
import { createImportsInHand } from './gate/imports-in-hand.ts';
import { createKeptAnswers } from './gate/kept-answers.ts';
import { healthz, readyz } from './health/health.ts';
import { complete } from './http/answer.ts';
import type { EdgeContext, EdgeEnv } from './http/context.ts';
import { isFormPost } from './http/own-origin.ts';
import { problem, toRefusal } from './http/problem.ts';
import { withDeadline } from '../redis/store-deadline.ts';
import { serveOpenApi } from './openapi/serve.ts';
import { serveAssetOr404 } from './pages/assets.ts';
import { roomAddress } from './pages/room-page.ts';
import { refusalPage } from './pages/refusal-page.ts';
import { answer } from './passes/answer.ts';
import { endSession } from './passes/end-session.ts';
import type { EdgePorts } from './ports.ts';
import { createRoomMemory } from './rooms/room-memory.ts';
import { giveUp } from './tickets/give-up.ts';
import { join } from './tickets/join.ts';
import { showTicket } from './tickets/show.ts';

/**
 * The edge over its ports: the waiting room's calls, the gate to core, the pages. One app serves all requests of an isolate; what a
 * request may not share with others (the store's client) is made for each. `keptAnswers` is given by who reads it, too.
 */
export function createEdgeApp(ports: EdgePorts, keptAnswers = createKeptAnswers(ports.clock)): Hono<EdgeEnv> {
  const app = new Hono<EdgeEnv>();
  const rooms = createRoomMemory(ports.clock, async (room, info) =>
    ports.cache?.put(boardCacheKey(room), info.boardJson),
  );

  const imports = createImportsInHand();

  const begin = (c: EdgeContext): void => {
    c.set('ports', ports);
    c.set('rooms', rooms);
    c.set('keptAnswers', keptAnswers);
    c.set('imports', imports);
    c.set('requestId', crypto.randomUUID());
    c.set('store', withDeadline(ports.store(), ports.clock));
  };
  // Around each handler instead of a middleware before all: hono then has one function to call, and awaits half as often.
  const served = (handler: (c: EdgeContext) => Response | Promise<Response>) => async (c: EdgeContext) => {
    begin(c);
    try {
      return complete(c, await handler(c));
    } catch (error) {
      return complete(c, refuse(c, error));
    }
  };

  app.get(
    '/',
    served((c) => c.redirect('/shop/', 303)),
  );
  app.get('/rooms/:room', served(roomAddress));
  app.post('/api/rooms/:room/tickets', served(join));
  app.get('/api/rooms/:room/tickets/me', served(showTicket));
  app.delete('/api/rooms/:room/tickets/me', served(giveUp));
  app.post('/api/rooms/:room/passes', served(answer));
  app.delete('/api/rooms/:room/passes/me', served(endSession));
  app.post('/api/rooms/:room/feed-tokens', served(issueFeedToken));
  app.get('/api/rooms/:room/board', served(serveBoard));
  app.get('/api/rooms/:room/challenge', served(showChallenge));
  app.get('/api/rooms/:room/draw', served(showDraw));
  app.post('/api/rooms/:room/draw/check', served(checkDraw));
  app.all(`${GATE_PREFIX}/v1/*`, served(gate));
  app.get('/.well-known/jwks.json', served(serveKeys));
  app.get('/healthz', served(healthz));
  app.get('/readyz', served(readyz));
  app.get('/openapi.json', served(serveOpenApi));

  app.notFound(served(unknownAddress));
  return app;
}

function refuse(c: EdgeContext, error: unknown): Response {
  const { code, details } = toRefusal(c, error);
  return isFormPost(c) ? refusalPage(c, code, details) : problem(c, code, details);
}

function serveKeys(c: EdgeContext): Response {
  c.header('Cache-Control', 'public, max-age=60');
  return c.body(c.get('ports').keys.jwks, 200, { 'content-type': 'application/jwk-set+json' });
}

const METHODS: readonly Method[] = ['GET', 'POST', 'PATCH', 'DELETE'];
const GET_ONLY = /^\/(|healthz|readyz|openapi\.json|\.well-known\/jwks\.json)$/;

/** An address that takes other methods is told so; the rest may be a file of web/. */
async function unknownAddress(c: EdgeContext): Promise<Response> {
  const { path } = c.req;
  const allowed = GET_ONLY.test(path)
    ? ['GET']
    : METHODS.filter((method) => matchRoute<Route>(EDGE_ROUTES, method, path) !== undefined);
  if (allowed.length === 0) return serveAssetOr404(c);
  c.header('Allow', allowed.join(', '));
  return problem(c, 'method_not_allowed');
}
