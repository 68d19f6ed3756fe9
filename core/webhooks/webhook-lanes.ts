import { setTimeout as sleep } from 'node:timers/promises';
import { listDueEndpoints } from '../../db/queries/webhook-deliveries.ts';
import { createTurns, type Turns } from '../jobs/turns.ts';
import { runEndpoint, type WebhookDeps } from './run-webhooks.ts';
import { createWebhookSender } from './send-webhook.ts';

/** How long wakes are gathered before a look, ms. */
const LOOK_AFTER_MS = 200;
/** How long stopping waits for receivers, ms. */
const STOP_MS = 1000;

/**
 * Sends to all endpoints, each at its own pace: one that is slow or away delays no other. A wake looks which have something due, and
 * those that are not at work begin, until nothing is left; `idle` waits for the look only, `stop` a second for what is at hand.
 */
export function startWebhookLanes(deps: Omit<WebhookDeps, 'sender'>): Turns {
  const sender = createWebhookSender(deps.config.webhookPrivateHosts);
  const running = new Map<string, Promise<void>>();
  let isStopped = false;
  const work = async (endpointId: string): Promise<void> => {
    try {
      while (!isStopped && (await runEndpoint({ ...deps, sender }, endpointId)) > 0);
    } catch (error) {
      // Postgres is away: what was taken is due again when its lease is over.
      deps.log.warn({ err: error, endpointId }, 'a turn of webhooks failed');
    } finally {
      running.delete(endpointId);
    }
  };
  const looking = createTurns(
    'webhooks',
    deps.log,
    async () => {
      for (const id of await listDueEndpoints(deps.sql)) if (!running.has(id)) running.set(id, work(id));
      // What is due is being worked on: there is no next turn to take at once.
      return 0;
    },
    { gatherMs: LOOK_AFTER_MS },
  );
  return {
    wake: () => looking.wake(),
    idle: () => looking.idle(),
    async stop() {
      isStopped = true;
      await looking.stop();
      const ended = Promise.all(running.values());
      await Promise.race([ended, sleep(STOP_MS, undefined, { ref: false })]);
      // What is cut off here is sent again: its receiver may have taken it.
      await sender.close();
      await ended;
    },
  };
}
