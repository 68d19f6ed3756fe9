import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readNodeBody } from '../../edge/http/read-body.node.ts';
import { encodeReply } from './encode-reply.ts';
import { parseCommand } from './parse-commands.ts';
import { StoreUnavailable } from './redis-connection.ts';
import type { Outcome, RedisConnection } from './redis-connection.ts';

/** An answer of the front: JSON text and its headers. */
export type FrontAnswer = { status: 200 | 400 | 500 | 503; headers: Record<string, string>; body: string };

const JSON_TYPE = { 'content-type': 'application/json' };
/** One Redis without replicas is always in step, so the token that orders reads after writes can stay the same. */
const DONE_HEADERS = { ...JSON_TYPE, 'upstash-sync-token': 'local=1' };

/** The answer to what Redis did. */
export const done = (body: unknown): FrontAnswer => ({
  status: 200,
  headers: DONE_HEADERS,
  body: JSON.stringify(body),
});

/** The answer to a request that Redis never saw, or that it refused. */
export const refused = (error: string): FrontAnswer => ({
  status: 400,
  headers: JSON_TYPE,
  body: JSON.stringify({ error }),
});

/** The answer to what failed: 503 where Redis gave none, 400 where the body is no JSON. */
export function failed(cause: unknown): FrontAnswer {
  if (cause instanceof SyntaxError) return refused('ERR the body is not JSON');
  const unavailable = cause instanceof StoreUnavailable;
  const body = JSON.stringify({ error: unavailable ? cause.message : 'ERR internal error' });
  return { status: unavailable ? 503 : 500, headers: { ...JSON_TYPE, 'retry-after': '1' }, body };
}

/** What one command or one transaction came to; an error of Redis passes verbatim. */
export const single = (outcome: Outcome, base64: boolean): FrontAnswer =>
  outcome.ok ? done({ result: encodeReply(outcome.reply, base64) }) : refused(outcome.error);

/** Runs the command of a body of `POST /`. Throws what `failed` tells. */
export async function runSingle(redis: RedisConnection, text: string, base64: boolean): Promise<FrontAnswer> {
  const parsed = parseCommand(JSON.parse(text));
  return parsed.ok ? single(await redis.command(parsed.value), base64) : refused(parsed.error);
}

/** Whether an `Authorization` carries the front's token. */
export function bearerCheck(token: string): (authorization: string | undefined) => boolean {
  const expected = Buffer.from(`Bearer ${token}`);
  return (authorization = '') => {
    const given = Buffer.from(authorization);
    return given.length === expected.length && timingSafeEqual(given, expected);
  };
}

/** Answers a `POST /` whose length is known, straight from Node's request: a web request of it would cost more than all the rest. */
export async function serveSingle(
  redis: RedisConnection,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  maxBytes: number,
): Promise<void> {
  const { status, headers, body } = await answerSingle(redis, incoming, maxBytes).catch(failed);
  outgoing.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
}

async function answerSingle(redis: RedisConnection, incoming: IncomingMessage, maxBytes: number): Promise<FrontAnswer> {
  const bytes = await readNodeBody(incoming, maxBytes);
  // Node holds a sender to the length that it named, which was judged before.
  if (bytes === 'too_large') throw new RangeError('a body is longer than it was said to be');
  const text = bytes === null ? '' : Buffer.from(bytes.buffer).toString();
  return runSingle(redis, text, incoming.headers['upstash-encoding'] === 'base64');
}
