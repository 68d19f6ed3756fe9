import type { Route } from '../../contracts/routes.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import type { EdgeContext } from '../http/context.ts';
import { readBytes } from '../http/read-body.ts';
import { forwardable, returnable, sizeOf } from './forward-headers.ts';
import { GATE_PREFIX } from './find-core-route.ts';

/** How long core may take until its first byte, in ms: a booking waits for its group commit, a hold never this long. */
const CORE_TIMEOUT_MS = 5000;
/** The same for an import: 100,000 seats take a second or two, on a busy machine several times that. */
const IMPORT_TIMEOUT_MS = 30_000;
/** Longest address (path and query) that is passed on, in bytes: ours stay below 1 KB. */
const MAX_ADDRESS_BYTES = 8 * 1024;
/** Address and headers together, in bytes: core's server takes 16 KB, and ours and Node's own come on top. */
const MAX_HEAD_BYTES = 15 * 1024;
const FOR_ANYBODY = { accept: 'application/json' };
/** When a caller should try again after core was away, in seconds. */
const CORE_RETRY_SECONDS = 2;

/**
 * Sends the request to core with our word for the client's address, and gives back its answer as a stream. The body is read whole
 * first (64 KB at most, but for imports): a slow sender then costs core nothing, and one that is too large never reaches it. Redirects are the
 * browser's to follow. Throws `uri_too_long`, `headers_too_large`, `payload_too_large`, `busy` (other imports are
 * in hand), `unauthenticated` (an import of nobody), `store_unavailable` (core away or too slow).
 */
export async function callCore(c: EdgeContext, passToken: string | null, route?: Route): Promise<Response> {
  const headers = forwardable(c.req.raw.headers);
  // Who brings nothing at all needn't be read; whose credential it is core will judge.
  if (route?.maxBodyBytes !== undefined && !headers.has('authorization')) throw new OperatingError('unauthenticated');
  const ask = () => askCore(c, headers, passToken, route?.maxBodyBytes);
  const answer = await (route?.maxBodyBytes === undefined ? ask() : c.get('imports').run(ask));
  return new Response(answer.body, { status: answer.status, headers: returnable(answer.headers) });
}

/**
 * As `callCore`, but with none of the caller's headers, so that the answer may be kept for others; it comes as core gave it: 304 where it
 * is still the one with this tag.
 */
export function askForAnybody(c: EdgeContext, etag?: string): Promise<Response> {
  const headers = new Headers(FOR_ANYBODY);
  if (etag !== undefined) headers.set('if-none-match', etag);
  return askCore(c, headers, null);
}

async function askCore(
  c: EdgeContext,
  headers: Headers,
  passToken: string | null,
  maxBodyBytes?: number,
): Promise<Response> {
  const { config, core, clientAddress } = c.get('ports');
  const url = new URL(c.req.url);
  const address = url.pathname.slice(GATE_PREFIX.length) + url.search;
  if (address.length > MAX_ADDRESS_BYTES) throw new OperatingError('uri_too_long');
  if (address.length + sizeOf(headers) > MAX_HEAD_BYTES) throw new OperatingError('headers_too_large');
  if (passToken !== null) headers.set('authorization', `Bearer ${passToken}`);
  headers.set('onsale-client-address', clientAddress(c.req.raw));
  headers.set('onsale-secret', config.coreSecret);
  headers.set('onsale-request-id', c.get('requestId'));
  // Unasked, runtimes ask for packed bodies, and one of them gives the words of a packed answer along with the unpacked body.
  headers.set('accept-encoding', 'identity');
  const hasBody = c.req.method !== 'GET' && c.req.method !== 'HEAD';
  const body = hasBody ? await readBytes(c, maxBodyBytes) : null;
  const init = {
    method: c.req.method,
    headers,
    body,
    redirect: 'manual' as const,
  };
  return fetchInTime(
    core,
    config.coreUrl + address,
    init,
    maxBodyBytes === undefined ? CORE_TIMEOUT_MS : IMPORT_TIMEOUT_MS,
  );
}

async function fetchInTime(
  core: (request: Request) => Promise<Response>,
  target: string,
  init: RequestInit,
  timeoutMs: number,
): Promise<Response> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), timeoutMs);
  try {
    return await core(new Request(target, { ...init, signal: abort.signal }));
  } catch (cause) {
    const details = { detail: 'The booking service does not answer.', retryAfterSeconds: CORE_RETRY_SECONDS };
    throw new OperatingError('store_unavailable', details, { message: 'core is away', cause });
  } finally {
    // Only the wait for the answer is bounded; its body may be long and comes as it comes.
    clearTimeout(timer);
  }
}
