import { IncomingMessage } from 'node:http';

/** What reads a header: the Web's `Headers`, or Node's own, which cost a twentieth. */
export type HeaderSource = { get(name: string): string | null };

/** A request as handlers read it: the Web's, or Node's own where it came past the router (direct.ts). */
export type AnyRequest = Request | IncomingMessage;

const INCOMING = Symbol('incoming');

/**
 * Keeps Node's own request with the Web's, when it came over our server: making headers, a stream and an abort signal of it costs
 * more than the rest of a hold. `env` is what the server adapter hands to the app; tests that call the app itself hand nothing.
 */
export function keepIncoming(request: Request, env: unknown): void {
  const incoming: unknown = typeof env === 'object' && env !== null ? Reflect.get(env, 'incoming') : undefined;
  if (incoming instanceof IncomingMessage) Reflect.set(request, INCOMING, incoming);
}

/** A request's headers, from Node where it is kept. */
export function headersOf(request: AnyRequest): HeaderSource {
  if (request instanceof IncomingMessage) return nodeHeaders(request);
  const incoming = incomingOf(request);
  return incoming === null ? request.headers : nodeHeaders(incoming);
}

const nodeHeaders = ({ headers }: IncomingMessage): HeaderSource => ({
  get(name) {
    const value = headers[name];
    return Array.isArray(value) ? value.join(', ') : (value ?? null);
  },
});

/** The Node request that is kept with the Web's, or null. */
export function incomingOf(request: Request): IncomingMessage | null {
  const incoming: unknown = Reflect.get(request, INCOMING);
  return incoming instanceof IncomingMessage ? incoming : null;
}

/**
 * The body of a Node request; null as soon as it is longer than `maxBytes`. Rejects when the sender goes away in the middle. What is
 * left unread the server adapter drains.
 */
export function readIncoming(incoming: IncomingMessage, maxBytes: number): Promise<Buffer | null> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    incoming.on('data', (chunk: Buffer) => {
      size += chunk.byteLength;
      if (size <= maxBytes) return void chunks.push(chunk);
      chunks.length = 0;
      incoming.pause();
      resolve(null);
    });
    incoming.once('end', () => resolve(chunks.length === 1 ? (chunks[0] ?? null) : Buffer.concat(chunks, size)));
    incoming.once('error', reject);
  });
}
