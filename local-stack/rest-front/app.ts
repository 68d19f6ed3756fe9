import { IncomingMessage } from 'node:http';
import { Hono } from 'hono';
import type { Context, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { readNodeBody } from '../../edge/http/read-body.node.ts';
import { encodeReply, isList } from './encode-reply.ts';
import type { JsonReply } from './encode-reply.ts';
import { parseCommands } from './parse-commands.ts';
import type { Outcome, RedisConnection } from './redis-connection.ts';
import { eventStream } from './event-stream.ts';
import { bearerCheck, done, failed, refused, runSingle, single, type FrontAnswer } from './single-command.ts';
import type { Subscriptions } from './subscriptions.ts';

export type RestFront = {
  token: string;
  redis: RedisConnection;
  subscriptions: Subscriptions;
};

type Answer = { result: JsonReply } | { error: string };

/** The largest body that the official service's smallest plan takes. */
export const MAX_BODY_BYTES = 1_048_576;

/**
 * The Upstash REST protocol in front of a plain Redis, as @upstash/redis 1.39 speaks it: `POST /` one command,
 * `/pipeline` many, `/multi-exec` many atomically, `/subscribe/<channel>` and `/psubscribe/<pattern>` event streams.
 * Redis's errors pass verbatim: 400 on `/` and `/multi-exec`, an item on `/pipeline`. Redis away: 503 with `Retry-After`.
 */
export function createRestFrontApp({ token, redis, subscriptions }: RestFront): Hono {
  const app = new Hono();
  app.use(bearer(token));
  app.use(
    bodyLimit({
      maxSize: MAX_BODY_BYTES,
      // The rest of the body is not read, so the connection can't be used again and the client must know.
      onError: (c) => c.json({ error: 'ERR request body too large' }, 413, { Connection: 'close' }),
    }),
  );

  app.post('/', async (c) => respond(await runSingle(redis, await bodyText(c), wantsBase64(c))));
  app.post('/pipeline', async (c) => {
    const parsed = parseCommands(await jsonBody(c));
    if (!parsed.ok) return respond(refused(parsed.error));
    const base64 = wantsBase64(c);
    return respond(done((await redis.pipeline(parsed.value)).map((outcome) => answerOf(outcome, base64))));
  });
  app.post('/multi-exec', async (c) => {
    const parsed = parseCommands(await jsonBody(c));
    if (!parsed.ok) return respond(refused(parsed.error));
    const outcome = await redis.transaction(parsed.value);
    const base64 = wantsBase64(c);
    if (!outcome.ok || !isList(outcome.reply)) return respond(single(outcome, base64));
    return respond(done(outcome.reply.map((reply) => answerOf(outcomeOfItem(reply), base64))));
  });
  app.post('/subscribe/:channel', (c) =>
    eventStream(c, subscriptions, { channel: c.req.param('channel'), isPattern: false }),
  );
  app.post('/psubscribe/:channel', (c) =>
    eventStream(c, subscriptions, { channel: c.req.param('channel'), isPattern: true }),
  );

  app.notFound((c) => c.json({ error: 'ERR only POST /, /pipeline, /multi-exec, /subscribe and /psubscribe' }, 404));
  app.onError((error) => respond(failed(error)));

  return app;
}

function bearer(token: string): MiddlewareHandler {
  const isAllowed = bearerCheck(token);
  return async (c, next) => {
    if (isAllowed(c.req.header('Authorization'))) return next();
    return c.json({ error: 'WRONGPASS invalid or missing auth token' }, 401);
  };
}

async function jsonBody(c: Context): Promise<unknown> {
  return JSON.parse(await bodyText(c));
}

/** Under node-server straight from Node's request: the web stream that it would make of a body costs more than all the rest. */
async function bodyText(c: Context): Promise<string> {
  const bindings: unknown = c.env;
  const incoming = typeof bindings === 'object' && bindings !== null && 'incoming' in bindings && bindings.incoming;
  // What names no length is read as a stream, which `bodyLimit` watches.
  if (!(incoming instanceof IncomingMessage) || c.req.header('Content-Length') === undefined) return c.req.text();
  const bytes = await readNodeBody(incoming, MAX_BODY_BYTES);
  return bytes === null || bytes === 'too_large' ? '' : Buffer.from(bytes.buffer).toString();
}

function wantsBase64(c: Context): boolean {
  return c.req.header('Upstash-Encoding') === 'base64';
}

function answerOf(outcome: Outcome, base64: boolean): Answer {
  return outcome.ok ? { result: encodeReply(outcome.reply, base64) } : { error: outcome.error };
}

function outcomeOfItem(reply: Extract<Outcome, { ok: true }>['reply']): Outcome {
  return reply instanceof Error ? { ok: false, error: reply.message } : { ok: true, reply };
}

/** Not by way of the context, which would make a `Headers` of them first; a copy, since node-server adds the length to what it is given. */
const respond = ({ status, headers, body }: FrontAnswer): Response =>
  new Response(body, { status, headers: { ...headers } });
