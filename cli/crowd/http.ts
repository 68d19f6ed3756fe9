import { Agent, request } from 'undici';

/** One answer read to its end, or none; no redirect is followed. */
export type HttpAnswer =
  | { kind: 'answer'; status: number; retryAfterMs: number | null; location: string | null; text: string }
  | { kind: 'unreachable'; why: string };

export type HttpCall = {
  method: 'GET' | 'POST' | 'DELETE';
  url: string;
  bearer?: string;
  /** Sent as JSON. */
  json?: unknown;
  /** Sent as a page's form. */
  form?: Record<string, string>;
  idempotencyKey?: string;
};

export type Http = {
  /** `address`: which of the addresses to call from. */
  send(address: number, call: HttpCall): Promise<HttpAnswer>;
  /** Ends every connection at once, with what is on its way. */
  close(): Promise<void>;
};

/** Connections to one origin at most, all addresses together: far below the descriptors of a usual limit. */
const MAX_CONNECTIONS = 512;
/** An answer that takes longer counts as none, in ms: the gate gives core 5 s. */
const ANSWER_TIMEOUT_MS = 15_000;

/** How a connection that the other side has closed shows itself. */
const CONNECTION_ENDS: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);
/** Idle connections are closed after this long, in ms: before the other side does. */
const KEEP_ALIVE_MS = 2000;

/** A client with one set of kept-alive connections for each source address. */
export function createHttp(addresses: readonly (string | null)[]): Http {
  const connections = Math.max(2, Math.floor(MAX_CONNECTIONS / addresses.length));
  const agents = addresses.map(
    (address) =>
      new Agent({
        connections,
        keepAliveTimeout: KEEP_ALIVE_MS,
        ...(address === null ? {} : { localAddress: address }),
      }),
  );
  return {
    async send(address, call) {
      const dispatcher = agents[address % agents.length];
      if (dispatcher === undefined) throw new TypeError('there is no address to call from');
      const answer = await sendOnce(dispatcher, call);
      // A kept-alive connection may be closed by the other side just as it is used again (RFC 9112 §9.3.1), so one such end means
      // nothing; every call here may be repeated.
      return answer.kind === 'unreachable' && CONNECTION_ENDS.has(answer.why) ? sendOnce(dispatcher, call) : answer;
    },
    async close() {
      await Promise.all(agents.map((agent) => agent.destroy()));
    },
  };
}

async function sendOnce(dispatcher: Agent, call: HttpCall): Promise<HttpAnswer> {
  try {
    const { statusCode, headers, body } = await request(call.url, {
      dispatcher,
      method: call.method,
      headers: headersOf(call),
      body: bodyOf(call),
      headersTimeout: ANSWER_TIMEOUT_MS,
      bodyTimeout: ANSWER_TIMEOUT_MS,
    });
    const text = await body.text();
    const seconds = Number(headers['retry-after']);
    const location = headers['location'];
    return {
      kind: 'answer',
      status: statusCode,
      text,
      retryAfterMs: seconds > 0 ? seconds * 1000 : null,
      location: typeof location === 'string' ? location : null,
    };
  } catch (error) {
    return { kind: 'unreachable', why: codeOf(error) };
  }
}

/**
 * Where visitors come from. On Linux all of 127/8 is this machine, so a crowd on loopback can come from many addresses as real
 * people do, and a room's limit per client stays what it is; elsewhere all come from one.
 */
export function sourceAddresses(target: string, visitors: number, platform = process.platform): (string | null)[] {
  if (platform !== 'linux' || new URL(target).hostname !== '127.0.0.1') return [null];
  const count = Math.min(MAX_ADDRESSES, Math.ceil(visitors / VISITORS_PER_ADDRESS));
  return Array.from({ length: count }, (_, index) => `127.0.${1 + (index >> 7)}.${1 + (index & 127)}`);
}

const MAX_ADDRESSES = 64;
const VISITORS_PER_ADDRESS = 25;

function headersOf({ bearer, json, form, idempotencyKey }: HttpCall): Record<string, string> {
  return {
    accept: 'application/json',
    ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
    ...(json === undefined ? {} : { 'content-type': 'application/json' }),
    ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
    ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
  };
}

function bodyOf({ json, form }: HttpCall): string | null {
  if (json !== undefined) return JSON.stringify(json);
  return form === undefined ? null : new URLSearchParams(form).toString();
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
