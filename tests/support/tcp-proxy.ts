import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What the proxy does with what passes through it: carry it, swallow it silently (a store that hangs), or carry each reply so late. */
export type ProxyMode = 'carry' | 'hang' | { replyAfterMs: number };

export type TcpProxy = {
  /** The target's address with the proxy's port in it. */
  url: string;
  /** Bytes that clients have sent towards the target so far. */
  sentBytes(): number;
  setMode(mode: ProxyMode): void;
  /** Leads new connections to another server, such as the same one that came back on another port. */
  aim(targetUrl: string): void;
  /** Cuts every open connection; new ones are taken again. */
  cut(): void;
  /** Closes the port and every connection, as a store that is down; `listen` opens the same port again. */
  refuse(): Promise<void>;
  listen(): Promise<void>;
  stop(): Promise<void>;
};

/** Stands in front of a Redis or Postgres: counts what is sent to it, and makes it hang, be slow, drop connections or refuse them. */
export async function startTcpProxy(targetUrl: string): Promise<TcpProxy> {
  let target = new URL(targetUrl);
  const sockets = new Set<Socket>();
  let mode: ProxyMode = 'carry';
  let sent = 0;
  const track = (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
  };
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    track(client);
    track(upstream);
    client.on('data', (chunk: Buffer) => {
      sent += chunk.length;
      if (mode !== 'hang') upstream.write(chunk);
    });
    // Nothing overtakes what is still on its way, also when the mode changes meanwhile: a stream whose bytes trade places is no store.
    let delivered = Promise.resolve();
    upstream.on('data', (chunk: Buffer) => {
      if (mode === 'hang') return;
      const due =
        mode === 'carry' ? delivered : Promise.all([delivered, sleep(mode.replyAfterMs, undefined, { ref: false })]);
      delivered = due.then(() => void (client.writable && client.write(chunk)));
    });
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  });
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  await listen(0);
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  const { port } = address;
  const url = new URL(targetUrl);
  url.hostname = '127.0.0.1';
  url.port = String(port);
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  const refuse = async () => {
    const closed = once(server, 'close');
    server.close();
    cut();
    await closed;
  };
  return {
    url: url.href,
    sentBytes: () => sent,
    setMode: (next) => void (mode = next),
    aim: (next) => void (target = new URL(next)),
    cut,
    refuse,
    listen: () => listen(port),
    stop: async () => {
      if (server.listening) await refuse();
    },
  };
}
