import type { WebSocket, WebSocketServer } from 'ws';

/** How often every socket is pinged, in ms (API.md): also what keeps proxies from closing a quiet one. */
const PING_EVERY_MS = 20_000;

/** Pings all sockets and cuts those that did not answer the ping before: a phone in a tunnel tells nobody. */
export function startReaper(server: WebSocketServer, pingEveryMs = PING_EVERY_MS): { stop(): void } {
  const unanswered = new WeakSet<WebSocket>();
  server.on('connection', (socket: WebSocket) => void socket.on('pong', () => void unanswered.delete(socket)));
  const timer = setInterval(() => {
    for (const socket of server.clients) {
      if (unanswered.has(socket)) {
        socket.terminate();
      } else {
        unanswered.add(socket);
        socket.ping();
      }
    }
  }, pingEveryMs);
  return { stop: () => clearInterval(timer) };
}
