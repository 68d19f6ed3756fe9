import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { MAX_FEED_FRAME_BYTES } from '../contracts/limits.ts';
import socketMessages from './asyncapi/asyncapi.generated.json' with { type: 'json' };
import { parseAddress, type SocketAddress } from './address.ts';
import { CLOSE_TRY_LATER, type Connection } from './outbox.ts';
import { startReaper } from './reaper.ts';

/** Sockets beyond the bound that may be told `full` at the same time; more are refused before the upgrade. */
const TELLING_FULL = 100;
/** How long a socket that was told to go may linger, in ms. */
const LINGER_MS = 1000;

export type FeedServerOptions = {
  host: string;
  port: number;
  /** The origin whose pages may open sockets. */
  origin: string;
  maxSockets: number;
  pingEveryMs?: number;
  serve: (connection: Connection, address: SocketAddress) => void;
};

export type FeedServer = { url: string; stop(): Promise<void> };

/**
 * Listens for sockets and for `GET /healthz` and `/asyncapi.json`, the description of the messages. Origin, address and room for one more
 * are judged at the upgrade.
 */
export async function startFeedServer(options: FeedServerOptions): Promise<FeedServer> {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_FEED_FRAME_BYTES, perMessageDeflate: false });
  const http = createServer((request, response) => answerHttp(request, response, sockets.clients.size));
  const reaper = startReaper(sockets, options.pingEveryMs);

  http.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    // A peer that goes away in mid-handshake is nobody's error.
    stream.on('error', () => stream.destroy());
    const refusal = refuseUpgrade(request, options.origin);
    const address = parseAddress(request.url ?? '');
    if (refusal !== null) return refuse(stream, refusal);
    if (address === null) return refuse(stream, '404 Not Found');
    if (sockets.clients.size >= options.maxSockets + TELLING_FULL) return refuse(stream, '503 Service Unavailable');
    sockets.handleUpgrade(request, stream, head, (socket) => {
      sockets.emit('connection', socket, request);
      // ws reports protocol errors (too large a frame, bad UTF-8) here and closes by itself.
      socket.on('error', () => {});
      if (sockets.clients.size > options.maxSockets) sayFull(socket);
      else options.serve({ socket, stream }, address);
    });
  });

  await new Promise<void>((resolve, reject) => {
    http.once('error', reject);
    http.listen(options.port, options.host, resolve);
  });
  return {
    url: `ws://${options.host}:${portOf(http.address())}`,
    async stop() {
      reaper.stop();
      for (const socket of sockets.clients) socket.close(1001, 'restarting');
      const closed = new Promise<void>((resolve) => {
        http.close(() => resolve());
      });
      const cut = setTimeout(() => {
        for (const socket of sockets.clients) socket.terminate();
        http.closeAllConnections();
      }, LINGER_MS);
      await closed;
      clearTimeout(cut);
    },
  };
}

/** Pages of other origins are refused; what sends no Origin is no browser, and needs a token like anyone else. */
function refuseUpgrade(request: IncomingMessage, origin: string): string | null {
  if (request.method !== 'GET') return '405 Method Not Allowed';
  return request.headers.origin === undefined || request.headers.origin === origin ? null : '403 Forbidden';
}

function refuse(stream: Duplex, status: string): void {
  stream.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

function sayFull(socket: WebSocket): void {
  socket.send(JSON.stringify({ type: 'full' }));
  socket.close(CLOSE_TRY_LATER, 'full');
  setTimeout(() => socket.terminate(), LINGER_MS).unref();
}

function answerHttp({ method, url }: IncomingMessage, response: ServerResponse, sockets: number): void {
  const pages: Record<string, unknown> = { '/healthz': { status: 'ok', sockets }, '/asyncapi.json': socketMessages };
  const page = method === 'GET' && url !== undefined && Object.hasOwn(pages, url) ? pages[url] : undefined;
  const status = page === undefined ? 404 : 200;
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(page ?? { status: 'not found' }));
}

function portOf(address: string | AddressInfo | null): number {
  if (address === null || typeof address === 'string') throw new TypeError('the feed does not listen on a port');
  return address.port;
}
