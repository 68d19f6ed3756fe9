import type { FailedWork } from '../../db/queries/outbox.ts';
import {
  failDeliveries,
  finishDeliveries,
  listDueEndpoints,
  takeDeliveries,
  type WebhookDelivery,
} from '../../db/queries/webhook-deliveries.ts';
import { noteEndpoint, readEndpoint, type WebhookEndpoint } from '../../db/queries/webhook-endpoints.ts';
import type { CoreDeps } from '../deps.ts';
import { runBatch } from '../jobs/run-batch.ts';
import { toEventBody } from './event-body.ts';
import { retryInMs } from './retry-delivery.ts';
import type { Sent, WebhookSender } from './send-webhook.ts';
import { openSecrets, signDelivery } from './signing.ts';

/** Deliveries of one endpoint in a turn and at a time: also if each takes its whole time, they end well before the lease. */
const TAKING = { limit: 48, leaseSeconds: 30 } as const;
const PARALLEL = 16;

export type WebhookDeps = Pick<CoreDeps, 'sql' | 'log' | 'clock' | 'config'> & { sender: WebhookSender };

/** Sends what is due to one endpoint, each event at least once; returns how many it took. */
export async function runEndpoint(deps: WebhookDeps, endpointId: string): Promise<number> {
  const rows = await takeDeliveries(deps.sql, endpointId, TAKING);
  const endpoint = rows.length > 0 ? await readEndpoint(deps.sql, endpointId) : null;
  // Deleted meanwhile, its deliveries are the tidying job's.
  if (endpoint === null) return 0;
  const done: string[] = [];
  const failed: FailedWork[] = [];
  let isGone = false;
  const deliver = async (row: WebhookDelivery) => {
    const sent: Sent = isGone ? { kind: 'gone' } : await send(deps, endpoint, row);
    isGone ||= sent.kind === 'gone';
    if (sent.kind === 'taken') done.push(row.id);
    else failed.push(toFailure(deps, row, sent));
  };
  await runBatch(rows, deliver, PARALLEL);
  await Promise.all([
    done.length > 0 ? finishDeliveries(deps.sql, done) : undefined,
    failed.length > 0 ? failDeliveries(deps.sql, failed) : undefined,
    noteEndpoint(deps.sql, endpointId, { delivered: done.length > 0, error: failed.at(-1)?.error ?? null, isGone }),
  ]);
  return rows.length;
}

function send(deps: WebhookDeps, endpoint: WebhookEndpoint, row: WebhookDelivery): Promise<Sent> | Sent {
  const nowMs = deps.clock.nowMs();
  const secrets = openSecrets(deps.config.coreSecret, endpoint, nowMs);
  // Core's own secret was changed: nothing unsigned leaves.
  if (secrets.length === 0) return { kind: 'failed', error: 'its secret can’t be opened: rotate it' };
  const body = toEventBody(row);
  return deps.sender.send(endpoint.url, signDelivery(secrets, { eventId: row.eventId, body, nowMs }), body);
}

function toFailure(
  { log }: Pick<WebhookDeps, 'log'>,
  { id, type, attempts }: WebhookDelivery,
  sent: Exclude<Sent, { kind: 'taken' }>,
): FailedWork {
  const failure =
    sent.kind === 'gone'
      ? { error: 'the receiver answered 410', retryInMs: null }
      : { error: sent.error, retryInMs: retryInMs(attempts) };
  log.warn({ id, type, attempts, reason: failure.error, dead: failure.retryInMs === null }, 'webhook not delivered');
  return { id, ...failure };
}

/** Sends everything that is due, and nothing that becomes due meanwhile by failing; for those who decide themselves when. */
export async function sendDueWebhooks(deps: WebhookDeps): Promise<number> {
  const taken = await Promise.all((await listDueEndpoints(deps.sql)).map((id) => runEndpoint(deps, id)));
  return taken.reduce((sum, count) => sum + count, 0);
}
