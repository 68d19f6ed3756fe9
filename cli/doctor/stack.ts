import { boardSchema } from '../../contracts/board.ts';
import type { ReadyFile } from '../../contracts/ready-file.ts';
import { connectDatabase } from '../../db/connect.ts';
import { pingDatabase } from '../../db/queries/ping.ts';
import { connectRedis } from '../../redis/client.node.ts';
import * as v from 'valibot';
import { explainFailure } from '../command-error.ts';
import { readReadyFile } from '../read-ready-file.ts';
import { ok, missing, warning, type Check } from './check.ts';
import { checkChallenges } from './turnstile.ts';

/** A part that takes longer counts as away, in ms. */
const ANSWER_TIMEOUT_MS = 3000;
/** The worker publishes a board every second. */
const BOARD_MAX_AGE_MS = 5000;
const FIX = 'See its log in the data folder’s logs/, or stop bin/dev and start it again.';

/** Asks each part of a running stack for a sign of life. */
export async function checkStack(readyFile: string): Promise<Check[]> {
  let ready: ReadyFile;
  try {
    ready = await readReadyFile(readyFile);
  } catch (error) {
    const [says = '', fix = ''] = explainFailure(error, false).replace('onsale: ', '').split('\nFix: ');
    return [missing('ready file', says, fix)];
  }
  const { edgeUrl, coreUrl, feedUrl, payments } = ready;
  const [room = ''] = Object.keys(ready.rooms);
  return Promise.all([
    asks('edge', edgeUrl, () => expectOk(`${edgeUrl}/readyz`)),
    asks('core', coreUrl, () => expectOk(`${coreUrl}/readyz`)),
    asks('core by gate', `${edgeUrl}/api/core`, () => expectOk(`${edgeUrl}/api/core/v1/events`)),
    asks('feed', feedUrl, () => expectOk(`${feedUrl.replace(/^ws/, 'http')}/healthz`)),
    asks('sandbox', payments.sandboxUrl, () => expectOk(`${payments.sandboxUrl}/healthz`)),
    ...(ready.mailboxUrl === ''
      ? []
      : [asks('mailbox', ready.mailboxUrl, () => expectOk(`${ready.mailboxUrl}/healthz`))]),
    asks('REST front', ready.restUrl, () => pingRest(ready)),
    asks('redis', withoutPassword(ready.redisUrl), () => pingRedis(ready.redisUrl)),
    asks('postgres', withoutPassword(ready.postgresUrl), () => pingPostgres(ready.postgresUrl)),
    checkWorker(edgeUrl, room),
    checkChallenges(edgeUrl, Object.keys(ready.rooms)),
  ]);
}

async function asks(part: string, address: string, question: () => Promise<void>): Promise<Check> {
  const name = `stack: ${part}`;
  const startedMs = performance.now();
  try {
    await question();
    return ok(name, `${address} answers after ${Math.round(performance.now() - startedMs)} ms`);
  } catch (error) {
    return missing(name, `${address}: ${reasonOf(error)}.`, FIX);
  }
}

async function expectOk(url: string): Promise<void> {
  const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });
  if (!response.ok) throw new Error(`it answers ${response.status} to GET ${new URL(url).pathname}`);
  await response.arrayBuffer();
}

async function pingRest({ restUrl, restToken }: ReadyFile): Promise<void> {
  const response = await fetch(restUrl, {
    method: 'POST',
    headers: { authorization: `Bearer ${restToken}` },
    body: '["PING"]',
    signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
  });
  if (!response.ok) throw new Error(`it answers ${response.status} to PING`);
}

async function pingRedis(url: string): Promise<void> {
  const redis = connectRedis(url, { commandTimeoutMs: ANSWER_TIMEOUT_MS });
  try {
    await redis.connect();
    await redis.ping();
  } finally {
    redis.disconnect();
  }
}

async function pingPostgres(url: string): Promise<void> {
  const sql = connectDatabase(url, { max: 1, applicationName: 'onsale-doctor' });
  try {
    await pingDatabase(sql);
  } finally {
    await sql.end({ timeout: 1 });
  }
}

/** The admission worker listens nowhere; that it lives shows on the board. */
async function checkWorker(edgeUrl: string, room: string): Promise<Check> {
  const name = 'stack: worker';
  const url = `${edgeUrl}/api/rooms/${room}/board`;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });
    const board = v.safeParse(boardSchema, await response.json());
    if (!board.success) return missing(name, `There is no board of room ${room} (${response.status}).`, FIX);
    const ageMs = Date.now() - board.output.at;
    if (ageMs > BOARD_MAX_AGE_MS)
      return missing(name, `The board of room ${room} is ${Math.round(ageMs / 1000)} s old.`, FIX);
    const { held } = board.output;
    if (held !== undefined) return warning(name, `It admits nobody while ${held} is away.`, FIX);
    return ok(name, `tick ${board.output.tick} of room ${room}`);
  } catch (error) {
    return missing(name, `${url}: ${reasonOf(error)}.`, FIX);
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `no answer within ${ANSWER_TIMEOUT_MS / 1000} s`;
  const { cause } = error;
  if (cause instanceof Error) return 'code' in cause ? String(cause.code) : cause.message;
  return 'code' in error ? String(error.code) : error.message;
}

function withoutPassword(address: string): string {
  const url = new URL(address);
  if (url.password !== '') url.password = '***';
  return url.href;
}
