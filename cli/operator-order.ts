import * as v from 'valibot';
import { CommandError } from './command-error.ts';
import { readReadyFile } from './read-ready-file.ts';

/** An order of an operator to one room, as `POST operator/rooms/{room}/{action}` takes it (API.md). */
export type OperatorOrder =
  | { action: 'open' | 'pause' | 'resume' | 'close' }
  | { action: 'announce'; message: string }
  | { action: 'revoke'; ticketId: string };

export type OrderTarget = {
  /** Written by bin/dev: names the edge and holds a token. */
  readyFile: string | undefined;
  /** The public origin of the edge. */
  origin: string | undefined;
  /** An operator token; never an option, since every user of the machine sees those. */
  token: string | undefined;
};

/** An order waits for one transaction; longer means that nobody is there, ms. */
const ANSWER_TIMEOUT_MS = 10_000;
const TOKEN_FIX =
  'Set ONSALE_OPERATOR_TOKEN to what `onsale operator token --role operator …` printed, or give --ready-file PATH for bin/dev.';

const problemSchema = v.object({
  code: v.string(),
  detail: v.string(),
  errors: v.optional(v.array(v.object({ path: v.string(), message: v.string() }))),
  seats: v.optional(v.array(v.string())),
});
const roomSchema = v.object({ state: v.string(), version: v.number() });

/**
 * Gives one order through the edge, under an Idempotency-Key of its own. Returns the line that says what is so now. Errors:
 * CommandError for a missing token or origin, for no answer, and for a refusal, which it names with the problem's code.
 */
export async function giveOrder(room: string, order: OperatorOrder, target: OrderTarget): Promise<string> {
  const { action, ...body } = order;
  const text = await sendOrder({ method: 'POST', path: `rooms/${room}/${action}`, body }, target);
  if (order.action === 'revoke')
    return `${room}: ticket ${order.ticketId} loses its place, turn and session by the next tick`;
  const told = parse(roomSchema, text);
  return told === null ? `${room}: done` : `${room}: ${told.state}, version ${told.version}`;
}

/** One call of an operator: a body as JSON, or a file as it is. `ifMatch`: the version that a change expects. */
export type OperatorCall = {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  path: string;
  body?: object;
  file?: { type: string; text: string };
  ifMatch?: number | undefined;
  timeoutMs?: number;
};

/**
 * Sends one call of an operator through the edge and returns its answer's text; a POST goes under an Idempotency-Key of its own. `path`
 * is below `operator/`. Errors as for `giveOrder`.
 */
export async function sendOrder(
  { method, path, body, ifMatch, file, timeoutMs = ANSWER_TIMEOUT_MS }: OperatorCall,
  target: OrderTarget,
): Promise<string> {
  const { origin, token } = await whereTo(target);
  const sent = file ?? (body === undefined ? undefined : { type: 'application/json', text: JSON.stringify(body) });
  const response = await fetch(`${origin}/api/core/v1/operator/${path}`, {
    method,
    redirect: 'error',
    headers: {
      authorization: `Bearer ${token}`,
      ...(sent === undefined ? {} : { 'content-type': sent.type, 'idempotency-key': crypto.randomUUID() }),
      ...(ifMatch === undefined ? {} : { 'if-match': `"${ifMatch}"` }),
    },
    ...(sent === undefined ? {} : { body: sent.text }),
    signal: AbortSignal.timeout(timeoutMs),
  }).catch((cause: unknown) => {
    throw new CommandError(`${origin} does not answer.`, {
      fix: 'Check --origin or ONSALE_ORIGIN. Whether the order arrived is not known; it may be given again.',
      cause,
    });
  });
  const text = await response.text();
  if (!response.ok) throw refusalOf(response, text);
  return text;
}

async function whereTo({ readyFile, origin, token }: OrderTarget): Promise<{ origin: string; token: string }> {
  const ready = readyFile === undefined ? null : await readReadyFile(readyFile);
  const where = origin ?? ready?.edgeUrl;
  const as = ready?.operatorToken ?? token;
  if (where === undefined || !/^https?:\/\//.test(where) || !URL.canParse(where)) {
    throw new CommandError('The edge is not named, or its origin is no http(s) address.', {
      fix: 'Give --origin URL or set ONSALE_ORIGIN to the public origin of the edge, such as https://tickets.example.org.',
    });
  }
  if (as === undefined || as === '') throw new CommandError('There is no operator token.', { fix: TOKEN_FIX });
  return { origin: new URL(where).origin, token: as };
}

function refusalOf({ status, headers }: Response, text: string): CommandError {
  const problem = parse(problemSchema, text);
  if (problem === null) {
    return new CommandError(`The answer was ${status}, and no problem document: this is no Onsale edge.`, {
      fix: 'Check --origin or ONSALE_ORIGIN.',
    });
  }
  const fields = (problem.errors ?? []).map(({ path, message }) => ` ${path}: ${message}.`).join('');
  const seats = problem.seats === undefined ? '' : ` Seats: ${problem.seats.join(', ')}.`;
  return new CommandError(`${status} ${problem.code}: ${problem.detail}${fields}${seats}`, {
    fix: fixOf(status, headers.get('retry-after')),
  });
}

function fixOf(status: number, retryAfter: string | null): string {
  if (status === 401 || status === 403) return TOKEN_FIX;
  return retryAfter === null ? 'Nothing was changed; mend what the code names.' : `Try again in ${retryAfter} s.`;
}

function parse<T>(schema: v.GenericSchema<unknown, T>, text: string): T | null {
  const result = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), text);
  return result.success ? result.output : null;
}
