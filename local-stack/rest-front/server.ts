import { createServer, type IncomingMessage, type Server } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { createRestFrontApp, MAX_BODY_BYTES, type RestFront } from './app.ts';
import { bearerCheck, serveSingle } from './single-command.ts';

/**
 * The REST front (app.ts) as a server of Node, not listening yet. A single command, the one call of a join, is answered past the app, by the
 * same code; whatever is odd about a request is the app's to tell.
 */
export function createRestFrontServer(front: RestFront): Server {
  const others = getRequestListener(createRestFrontApp(front).fetch);
  const isAllowed = bearerCheck(front.token);
  return createServer((incoming, outgoing) => {
    if (isSingle(incoming) && isAllowed(incoming.headers.authorization))
      return void serveSingle(front.redis, incoming, outgoing, MAX_BODY_BYTES);
    return void others(incoming, outgoing);
  });
}

const isSingle = ({ method, url, headers }: IncomingMessage): boolean =>
  method === 'POST' && url === '/' && Number(headers['content-length'] ?? Number.NaN) <= MAX_BODY_BYTES;
