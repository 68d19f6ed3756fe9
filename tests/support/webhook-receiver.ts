import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A delivery as it came. */
export type Delivery = { path: string; headers: Record<string, string>; body: string };

/** A receiver of webhooks on this machine; `answers` says by path what it answers, 204 unless told, null never. */
export type WebhookReceiver = {
  url: string;
  received: Delivery[];
  answers: Record<string, number | null>;
  /** Cuts every connection, also those that wait. */
  cut(): void;
  close(): void;
};

/** Starts one. */
export async function startWebhookReceiver(): Promise<WebhookReceiver> {
  const received: Delivery[] = [];
  const answers: Record<string, number | null> = {};
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => void chunks.push(chunk));
    request.on('end', () => {
      const path = request.url ?? '';
      const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
      received.push({ path, headers, body: Buffer.concat(chunks).toString('utf8') });
      const status = path in answers ? answers[path] : 204;
      if (typeof status === 'number') response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const cut = () => server.closeAllConnections();
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    answers,
    cut,
    close() {
      cut();
      server.close();
    },
  };
}
