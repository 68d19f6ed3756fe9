import type { LookupFunction } from 'node:net';
import { Agent, request } from 'undici';
import { isPublicAddress } from './public-address.ts';
import { createResolve, type Resolve } from './resolve.ts';
import { refuseTarget } from './target.ts';

/** How much of an answer is read before its connection is dropped, bytes; nothing of it matters. */
const ANSWER_BYTES = 16 * 1024;
/** Connections to one receiver. */
const CONNECTIONS = 16;

/** What a host outside answered, or why it did not: in words without the address. */
export type OutsideAnswer = { kind: 'answered'; status: number } | { kind: 'failed'; error: string };

export type OutsideHttp = {
  post(address: string, headers: Record<string, string>, body: string | Uint8Array): Promise<OutsideAnswer>;
  close(): Promise<void>;
};

/**
 * POSTs to addresses that people named, and never to a host inside: the address is judged each time, and a name must resolve to a
 * public address in the very look-up that is connected to. Redirects are not followed. `timeoutMs` is for all of it. Rejects never.
 */
export function createOutsideHttp(
  privateHosts: readonly string[],
  { timeoutMs, resolve = createResolve(timeoutMs) }: { timeoutMs: number; resolve?: Resolve },
): OutsideHttp {
  const connect = { timeout: timeoutMs };
  const outside = new Agent({ connections: CONNECTIONS, connect: { ...connect, lookup: onlyPublic(resolve) } });
  const inside = new Agent({ connections: CONNECTIONS, connect });
  return {
    async post(address, headers, body) {
      const refused = refuseTarget(address, privateHosts);
      if (refused !== null) return { kind: 'failed', error: `the address ${refused}` };
      const dispatcher = privateHosts.includes(new URL(address).hostname) ? inside : outside;
      try {
        const signal = AbortSignal.timeout(timeoutMs);
        const answer = await request(address, { method: 'POST', headers, body, dispatcher, signal });
        await answer.body.dump({ limit: ANSWER_BYTES, signal });
        return { kind: 'answered', status: answer.statusCode };
      } catch (error) {
        return { kind: 'failed', error: whyOf(error, timeoutMs) };
      }
    },
    async close() {
      await Promise.all([outside.destroy(), inside.destroy()]);
    },
  };
}

/** A look-up that knows public addresses only; what else a name resolves to is as if it were not there. */
const onlyPublic =
  (resolve: Resolve): LookupFunction =>
  (hostname, options, callback) => {
    const tell = (told: Awaited<ReturnType<Resolve>>): void => {
      if (told.kind === 'failed') return callback(told.error, []);
      const [first, ...others] = told.addresses.filter(({ address }) => isPublicAddress(address));
      if (first === undefined) callback(new NotPublicError('the host has no public address'), []);
      else if (options.all === true) callback(null, [first, ...others]);
      else callback(null, first.address, first.family);
    };
    void resolve(hostname).then(tell);
  };

class NotPublicError extends Error {}

function whyOf(error: unknown, timeoutMs: number): string {
  if (error instanceof NotPublicError) return error.message;
  if (error instanceof Error && error.name === 'TimeoutError') return `the receiver took longer than ${timeoutMs} ms`;
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'no code';
  return `the receiver could not be reached (${code})`;
}
