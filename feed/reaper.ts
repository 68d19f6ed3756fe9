import type { WebSocket, WebSocketServer } from 'ws';

/** How often every socket is pinged, in ms (API.md): also what keeps proxies from closing a quiet one. */
const PING_EVERY_MS = 20_000;
/**
 * Turns of a round, each with its share of the sockets: pings and pongs of 9,000 at once hold the process for a quarter of a second,
 * and whatever frame comes then waits that long.
 */
const TURNS = 100;

/** Pings every socket once a round and cuts those that did not answer the ping before: a phone in a tunnel tells nobody. */
export function startReaper(server: Pick<WebSocketServer, 'on'>, pingEveryMs = PING_EVERY_MS): { stop(): void } {
  const unanswered = new WeakSet<WebSocket>();
  const shares = Array.from({ length: TURNS }, () => new Set<WebSocket>());
  let arrivals = 0;
  let turns = 0;
  // One after the other, so that those who came together are spread over the round.
  server.on('connection', (socket: WebSocket) => {
    const share = shares[arrivals++ % TURNS];
    share?.add(socket);
    socket.on('pong', () => void unanswered.delete(socket));
    socket.once('close', () => share?.delete(socket));
  });
  const timer = setInterval(() => {
    for (const socket of shares[turns++ % TURNS] ?? []) {
      if (unanswered.has(socket)) {
        socket.terminate();
      } else {
        unanswered.add(socket);
        socket.ping();
      }
    }
  }, pingEveryMs / TURNS);
  return { stop: () => clearInterval(timer) };
}
