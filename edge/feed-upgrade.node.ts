import { request as httpRequest, STATUS_CODES, type IncomingMessage, type Server } from 'node:http';
import { pipeline, type Duplex } from 'node:stream';
import type { EdgeLog } from './log.ts';

/** How long the feed may take to accept a socket, in ms. */
const ACCEPT_MS = 3000;
/** Headers of a handshake that the feed needs (RFC 6455 §4.1); no cookie and no claim about the client goes along. */
const HANDSHAKE = ['origin', 'sec-websocket-key', 'sec-websocket-version', 'sec-websocket-protocol', 'user-agent'];

export type FeedUpgradeOptions = {
  /** Addresses below this path are the feed's: the path of the `feedUrl` that browsers are told. */
  prefix: string;
  /** Where the feed listens; null refuses every upgrade. */
  upstream: URL | null;
  maxSockets: number;
  log: EdgeLog;
};

/**
 * Pipes the sockets of browsers to the feed, for those who have one public address only. Bounded: beyond `maxSockets` the answer is
 * 503 and the page polls the board. Returns what ends them all.
 */
export function pipeUpgrades(server: Pick<Server, 'on'>, options: FeedUpgradeOptions): () => void {
  const open = new Set<Duplex>();
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // A browser that goes away in mid-handshake is nobody's failure.
    socket.on('error', () => socket.destroy());
    const path = feedPath(request.url ?? '', options.prefix);
    if (options.upstream === null || path === null || request.headers.upgrade?.toLowerCase() !== 'websocket')
      return refuse(socket, 404);
    if (open.size >= options.maxSockets) return refuse(socket, 503);
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    connect(new URL(path, options.upstream), request, socket, head, options.log);
  });
  return () => {
    for (const socket of open) socket.destroy();
  };
}

/** The feed's own path, or null for an address that is not below the prefix. */
function feedPath(url: string, prefix: string): string | null {
  return url.startsWith(`${prefix}/`) ? url.slice(prefix.length) : null;
}

function connect(target: URL, request: IncomingMessage, socket: Duplex, head: Buffer, log: EdgeLog): void {
  const headers: Record<string, string> = { connection: 'Upgrade', upgrade: 'websocket' };
  for (const name of HANDSHAKE) {
    const value = request.headers[name];
    if (typeof value === 'string') headers[name] = value;
  }
  const { hostname, port, pathname, search } = target;
  const ask = httpRequest({ hostname, port: port === '' ? 80 : port, path: pathname + search, headers, agent: false });
  ask.setTimeout(ACCEPT_MS, () => ask.destroy(new Error('the feed took too long')));
  ask.on('upgrade', (answer, upstream, first) => {
    ask.setTimeout(0);
    socket.write(`HTTP/1.1 101 Switching Protocols\r\n${headerLines(answer.rawHeaders)}\r\n`);
    if (first.length > 0) socket.write(first);
    if (head.length > 0) upstream.write(head);
    // Backpressure of a slow browser reaches the feed, which drops slow readers; either end's end is the other's.
    pipeline(socket, upstream, socket, () => {});
  });
  ask.on('response', (answer) => {
    answer.resume();
    refuse(socket, answer.statusCode ?? 502);
  });
  ask.on('error', (error) => {
    log.warn({ reason: error.message }, 'the feed does not take a socket');
    refuse(socket, 503);
  });
  socket.once('close', () => ask.destroy());
  ask.end();
}

function headerLines(raw: readonly string[]): string {
  let lines = '';
  for (let at = 0; at + 1 < raw.length; at += 2) lines += `${raw[at] ?? ''}: ${raw[at + 1] ?? ''}\r\n`;
  return lines;
}

function refuse(socket: Duplex, status: number): void {
  const retry = status === 503 ? 'Retry-After: 5\r\n' : '';
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${retry}Content-Length: 0\r\nConnection: close\r\n\r\n`,
  );
}
