import { systemClock } from '../../platform/clock.ts';
import type { Logger } from '../../platform/log.ts';
import type { RunningService } from '../../platform/service.ts';
import type { Faults } from '../sandbox-payments/payments.ts';
import { serveApp } from '../serve-app.ts';
import { createWebhookSender } from '../webhook-sender.ts';
import { createAccount } from './account.ts';
import { createStandInApp } from './app.ts';
import { openRecords } from './records.ts';
import { signWebhook } from './sign-webhook.ts';

export type StandInOptions = {
  host: string;
  port: number;
  /** Where payments, events and idempotency keys are kept. */
  dataFolder: string;
  /** The only key that is accepted, `sk_test_…`. */
  secretKey: string;
  /** Core's webhook address, and the secret by which events are signed. */
  webhookUrl: string;
  webhookSecret: string;
  log: Logger;
};

/** Starts the stand-in for Stripe: its API, its hosted page, and its webhooks, out of one process. */
export async function startStripeStandIn(options: StandInOptions): Promise<RunningService & { url: string }> {
  const faults: Faults = { down: false, latencyMs: 0, dropWebhooks: false };
  const records = openRecords(options.dataFolder);
  const sender = createWebhookSender({
    url: options.webhookUrl,
    sign: signWebhook(options.webhookSecret),
    journal: records,
    faults,
    log: options.log,
    clock: systemClock,
  });
  let url = '';
  const publicUrl = () => url;
  const account = createAccount({ records, sender, clock: systemClock, publicUrl });
  const app = createStandInApp({ account, records, faults, secretKey: options.secretKey, publicUrl });
  const served = await serveApp(app, options);
  url = served.url;
  return {
    url,
    async stop() {
      await served.stop();
      await sender.stop();
      records.close();
    },
  };
}
