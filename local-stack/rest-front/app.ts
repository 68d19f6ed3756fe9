import { timingSafeEqual } from 'node:crypto';
import { IncomingMessage } from 'node:http';
import { Hono } from 'hono';
import type { Context, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { readNodeBody } from '../../edge/http/read-body.node.ts';
import { encodeReply, isList } from './encode-reply.ts';
import type { JsonReply } from './encode-reply.ts';
import { parseCommand, parseCommands } from './parse-commands.ts';
import { StoreUnavailable } from './redis-connection.ts';
import type { Outcome, RedisConnection } from './redis-connection.ts';
import { eventStream } from './event-stream.ts';
import type { Subscriptions } from './subscriptions.ts';

export type RestFront = {
  token: string;
  redis: RedisConnection;
  subscriptions: Subscriptions;
};

type Answer = { result: JsonReply } | { error: string };

/** The largest body that the official service's smallest plan takes. */
const MAX_BODY_BYTES = 1_048_576;

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

  app.post('/', async (c) => {
    const parsed = parseCommand(await jsonBody(c));
    if (!parsed.ok) return c.json({ error: parsed.error }, 400);
    const [outcome] = await redis.pipeline([parsed.value]);
    return outcome === undefined ? c.json({ error: 'ERR no answer' }, 500) : single(c, outcome);
  });
  app.post('/pipeline', async (c) => {
    const parsed = parseCommands(await jsonBody(c));
    if (!parsed.ok) return c.json({ error: parsed.error }, 400);
    const base64 = wantsBase64(c);
    return ok((await redis.pipeline(parsed.value)).map((outcome) => answerOf(outcome, base64)));
  });
  app.post('/multi-exec', async (c) => {
    const parsed = parseCommands(await jsonBody(c));
    if (!parsed.ok) return c.json({ error: parsed.error }, 400);
    const outcome = await redis.transaction(parsed.value);
    if (!outcome.ok || !isList(outcome.reply)) return single(c, outcome);
    const base64 = wantsBase64(c);
    return ok(outcome.reply.map((reply) => answerOf(outcomeOfItem(reply), base64)));
  });
  app.post('/subscribe/:channel', (c) =>
    eventStream(c, subscriptions, { channel: c.req.param('channel'), isPattern: false }),
  );
  app.post('/psubscribe/:channel', (c) =>
    eventStream(c, subscriptions, { channel: c.req.param('channel'), isPattern: true }),
  );

  app.notFound((c) => c.json({ error: 'ERR only POST /, /pipeline, /multi-exec, /subscribe and /psubscribe' }, 404));
  app.onError((error, c) => {
    if (error instanceof SyntaxError) return c.json({ error: 'ERR the body is not JSON' }, 400);
    const unavailable = error instanceof StoreUnavailable;
    return c.json({ error: unavailable ? error.message : 'ERR internal error' }, unavailable ? 503 : 500, {
      'Retry-After': '1',
    });
  });

  return app;
}

function bearer(token: string): MiddlewareHandler {
  const expected = Buffer.from(`Bearer ${token}`);
  return async (c, next) => {
    const given = Buffer.from(c.req.header('Authorization') ?? '');
    if (given.length === expected.length && timingSafeEqual(given, expected)) return next();
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

function single(c: Context, outcome: Outcome): Response {
  return outcome.ok ? ok(answerOf(outcome, wantsBase64(c))) : c.json({ error: outcome.error }, 400);
}

function ok(body: Answer | Answer[]): Response {
  // One Redis without replicas is always in step, so the token that orders reads after writes can stay the same.
  const headers = { 'content-type': 'application/json', 'upstash-sync-token': 'local=1' };
  // Not by way of the context, which would make a `Headers` of them first.
  return new Response(JSON.stringify(body), { headers });
}
