import { systemClock, type Clock } from '../../platform/clock.ts';
import type { Logger } from '../../platform/log.ts';
import type { RunningService } from '../../platform/service.ts';
import { serveApp } from '../serve-app.ts';
import { createWebhookSender } from '../webhook-sender.ts';
import { createSandboxApp } from './app.ts';
import { openJournal } from './journal.ts';
import type { Faults } from './payments.ts';
import { createProvider } from './provider.ts';
import { signWebhook } from './sign-webhook.ts';

export type SandboxOptions = {
  host: string;
  port: number;
  /** Where the ledger is kept. */
  dataFolder: string;
  /** Core's webhook address. */
  webhookUrl: string;
  webhookSecret: string;
  log: Logger;
  clock?: Clock;
};

/** Starts the sandbox provider: its API and hosted page on one port, its webhooks out of the same process. */
export async function startSandboxPayments(options: SandboxOptions): Promise<RunningService & { url: string }> {
  const clock = options.clock ?? systemClock;
  const faults: Faults = { down: false, latencyMs: 0, dropWebhooks: false };
  const journal = openJournal(options.dataFolder);
  const sender = createWebhookSender({
    url: options.webhookUrl,
    sign: signWebhook(options.webhookSecret),
    journal,
    faults,
    log: options.log,
    clock,
  });
  const provider = createProvider({ journal, sender, clock });
  let url = '';
  const app = createSandboxApp({ provider, faults, publicUrl: () => url });
  const served = await serveApp(app, options);
  url = served.url;
  return {
    url,
    async stop() {
      await served.stop();
      await sender.stop();
      journal.close();
    },
  };
}
