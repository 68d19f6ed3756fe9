import { connect, createServer } from 'node:net';

export type CommitProxy = { url: string; cuts(): number; close(): Promise<void> };

/**
 * A way to Postgres that lets the first COMMIT of bookings through and, instead of its answer, calls `onCommitted` and cuts the line: the
 * work is durable and nobody was told. What a core commits on its own account is carried.
 */
export async function openCommitProxy(databaseUrl: string, onCommitted: () => void = () => {}): Promise<CommitProxy> {
  const target = new URL(databaseUrl);
  let cuts = 0;
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    let [booking, committing] = [false, false];
    client.on('data', (data) => {
      const text = data.toString('latin1').toLowerCase();
      booking ||= text.includes('insert into bookings');
      committing ||= cuts === 0 && booking && text.includes('commit');
      upstream.write(data);
    });
    upstream.on('data', (data) => {
      if (!committing || cuts > 0) return void client.write(data);
      cuts += 1;
      onCommitted();
      client.destroy();
      upstream.end();
    });
    for (const socket of [client, upstream]) socket.on('error', () => {});
    client.on('close', () => upstream.end());
    upstream.on('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  const through = new URL(databaseUrl);
  through.hostname = '127.0.0.1';
  through.port = String(address.port);
  return {
    url: through.href,
    cuts: () => cuts,
    close: () => new Promise((resolve) => void server.close(() => resolve())),
  };
}
