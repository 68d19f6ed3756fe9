import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** What the proxy does with what passes through it: carry it, or swallow it silently (a store that hangs). */
export type ProxyMode = 'carry' | 'hang';

export type TcpProxy = {
  /** The target's address with the proxy's port in it. */
  url: string;
  /** Bytes that clients have sent towards the target so far. */
  sentBytes(): number;
  setMode(mode: ProxyMode): void;
  /** Cuts every open connection; new ones are taken again. */
  cut(): void;
  stop(): Promise<void>;
};

/** Stands in front of a Redis or Postgres: counts what is sent to it, and makes it hang or drop connections. */
export async function startTcpProxy(targetUrl: string): Promise<TcpProxy> {
  const target = new URL(targetUrl);
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
      if (mode === 'carry') upstream.write(chunk);
    });
    upstream.on('data', (chunk: Buffer) => {
      if (mode === 'carry') client.write(chunk);
    });
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  const url = new URL(targetUrl);
  url.hostname = '127.0.0.1';
  url.port = String(address.port);
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: url.href,
    sentBytes: () => sent,
    setMode: (next) => void (mode = next),
    cut,
    async stop() {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}
