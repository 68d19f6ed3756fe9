import {
  WEBHOOK_EVENTS,
  type NewWebhook,
  type SecretRotation,
  type WebhookPatch,
  type WebhookView,
} from '../../contracts/webhooks.ts';
import type { Transaction } from '../../db/connect.ts';
import { insertAudit } from '../../db/queries/audit.ts';
import { insertTestDelivery } from '../../db/queries/webhook-deliveries.ts';
import {
  deleteEndpoint,
  insertEndpoint,
  lockEndpoint,
  rotateSecret,
  updateEndpoint,
  type WebhookEndpoint,
} from '../../db/queries/webhook-endpoints.ts';
import { isoTime } from '../../platform/clock.ts';
import { isId, newId } from '../../platform/id.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import type { CoreConfig } from '../config.ts';
import { invalidRequest } from '../http/json-body.ts';
import { TEST_EVENT } from '../webhooks/event-body.ts';
import { newWebhookSecret, sealSecret } from '../webhooks/signing.ts';
import { refuseTarget } from '../outside/target.ts';
import type { Changer } from './change-room.ts';

/** Endpoints at most: each has connections and a lane of its own in every core process. */
const MOST_ENDPOINTS = 20;

type Config = Pick<CoreConfig, 'coreSecret' | 'webhookPrivateHosts'>;

/** Adds an endpoint with its audit row; tells its secret. Refuses: `invalid_request` for its address, `limit_reached`. */
export async function addWebhook(
  tx: Transaction,
  config: Config,
  wanted: NewWebhook,
  { actor }: Changer,
): Promise<object> {
  requireTarget(wanted.url, config);
  const secret = newWebhookSecret();
  const [id, events] = [newId(), wanted.events ?? [...WEBHOOK_EVENTS]];
  const row = { id, url: wanted.url, events, secret: sealSecret(config.coreSecret, secret) };
  const endpoint = await insertEndpoint(tx, row, MOST_ENDPOINTS);
  if (endpoint === null) throw new OperatingError('limit_reached', { extra: { limit: MOST_ENDPOINTS } });
  await audit(tx, actor, 'webhook.create', id, { host: hostOf(wanted.url), events });
  return { ...toWebhookView(endpoint), secret, previousUntil: null };
}

/** Changes an endpoint with its audit row. Refuses: `not_found`, `invalid_request` for its address. */
export async function changeWebhook(
  tx: Transaction,
  config: Config,
  id: string,
  patch: WebhookPatch,
  { actor }: Changer,
): Promise<WebhookView> {
  const before = await lock(tx, id);
  if (patch.url !== undefined) requireTarget(patch.url, config);
  const { url = before.url, events = before.events, enabled = before.disabledAt === null } = patch;
  await updateEndpoint(tx, id, { url, events: [...events], enabled });
  await audit(tx, actor, 'webhook.change', id, { host: hostOf(url), events: [...events], enabled });
  return toWebhookView(await lock(tx, id));
}

/** Makes a new secret; the old one signs beside it for a while. Tells the new one. Refuses: `not_found`. */
export async function rotateWebhookSecret(
  tx: Transaction,
  config: Config,
  id: string,
  { overlapSeconds }: SecretRotation,
  { actor }: Changer,
): Promise<object> {
  await lock(tx, id);
  const secret = newWebhookSecret();
  await rotateSecret(tx, id, { secret: sealSecret(config.coreSecret, secret), overlapSeconds });
  await audit(tx, actor, 'webhook.rotate_secret', id, { overlapSeconds });
  const { previousUntil, ...endpoint } = await lock(tx, id);
  const until = previousUntil && isoTime(previousUntil.getTime());
  return { ...toWebhookView(endpoint), secret, previousUntil: until };
}

/** Takes an endpoint out of use for good, with what was to be sent to it. Refuses: `not_found`. */
export async function removeWebhook(tx: Transaction, id: string, { actor }: Changer): Promise<void> {
  const { url } = await lock(tx, id);
  await deleteEndpoint(tx, id);
  await audit(tx, actor, 'webhook.delete', id, { host: hostOf(url) });
}

/** Has a test event sent. Refuses: `not_found`. */
export async function testWebhook(tx: Transaction, id: string): Promise<object> {
  await lock(tx, id);
  const eventId = newId();
  await insertTestDelivery(tx, { endpointId: id, eventId, type: TEST_EVENT });
  return { id, eventId, state: 'due' };
}

/** An endpoint without its secrets. */
export function toWebhookView(endpoint: Omit<WebhookEndpoint, 'previousUntil'>): WebhookView {
  const { id, url, events, disabledAt, lastError } = endpoint;
  return {
    id,
    url,
    events: WEBHOOK_EVENTS.filter((event) => events.includes(event)),
    enabled: disabledAt === null,
    createdAt: isoTime(endpoint.createdAt.getTime()),
    lastDeliveredAt: endpoint.lastDeliveredAt && isoTime(endpoint.lastDeliveredAt.getTime()),
    lastFailedAt: endpoint.lastFailedAt && isoTime(endpoint.lastFailedAt.getTime()),
    lastError,
  };
}

function requireTarget(url: string, { webhookPrivateHosts }: Config): void {
  const refused = refuseTarget(url, webhookPrivateHosts);
  if (refused !== null) throw invalidRequest([{ path: 'url', message: refused }]);
}

/** What the trail says of an address: its path may hold a secret. */
const hostOf = (url: string): string => new URL(url).host;

async function lock(tx: Transaction, id: string): Promise<WebhookEndpoint> {
  const endpoint = isId(id) ? await lockEndpoint(tx, id) : null;
  if (endpoint === null) throw new OperatingError('not_found');
  return endpoint;
}

const audit = (
  tx: Transaction,
  actor: string,
  action: string,
  id: string,
  after: Record<string, string | number | boolean | string[]>,
) => insertAudit(tx, { id: newId(), actor, action, subject: `webhook:${id}`, before: null, after });
