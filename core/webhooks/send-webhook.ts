import { createOutsideHttp } from '../outside/outside-http.ts';
import type { Resolve } from '../outside/resolve.ts';

/** How long a receiver may take for all of it, ms: it notes the event and answers. */
const TIMEOUT_MS = 5000;

/** How a delivery went: `gone` = 410, nothing is wanted there any more. */
export type Sent = { kind: 'taken' } | { kind: 'gone' } | { kind: 'failed'; error: string };

export type WebhookSender = {
  send(address: string, headers: Record<string, string>, body: string): Promise<Sent>;
  close(): Promise<void>;
};

/** POSTs to endpoints that operators named, never to a host inside (`createOutsideHttp`). Rejects never. */
export function createWebhookSender(
  privateHosts: readonly string[],
  { timeoutMs = TIMEOUT_MS, resolve }: { timeoutMs?: number; resolve?: Resolve } = {},
): WebhookSender {
  const http = createOutsideHttp(privateHosts, { timeoutMs, ...(resolve === undefined ? {} : { resolve }) });
  return {
    async send(address, headers, body) {
      const answer = await http.post(address, headers, body);
      if (answer.kind === 'failed') return answer;
      if (answer.status >= 200 && answer.status < 300) return { kind: 'taken' };
      return answer.status === 410
        ? { kind: 'gone' }
        : { kind: 'failed', error: `the receiver answered ${answer.status}` };
    },
    close: () => http.close(),
  };
}
