import { Webhook } from 'standardwebhooks';
import type { WebhookEndpoint } from '../../db/queries/webhook-endpoints.ts';
import { systemRandom } from '../../platform/random.ts';
import { openAnswer, sealAnswer } from '../idempotency/seal.ts';

/** Bytes of a secret: the most that Standard Webhooks suggests is 64, the least 24. */
const SECRET_BYTES = 32;

/** A new secret for an endpoint, as its receiver keeps it. */
export const newWebhookSecret = (): string =>
  `whsec_${Buffer.from(systemRandom.bytes(SECRET_BYTES)).toString('base64')}`;

/** A secret as Postgres keeps it: of no use without core's own. */
export const sealSecret = (coreSecret: string, secret: string): string => sealAnswer(coreSecret, secret);

/** What an endpoint's deliveries are signed with now: the secret, and during a rotation the one before it. */
export function openSecrets(
  coreSecret: string,
  endpoint: Pick<WebhookEndpoint, 'secret' | 'previousSecret' | 'previousUntil'>,
  nowMs: number,
): string[] {
  const { secret, previousSecret, previousUntil } = endpoint;
  const isOverlap = previousSecret !== null && previousUntil !== null && previousUntil.getTime() > nowMs;
  const kept = isOverlap ? [secret, previousSecret] : [secret];
  return kept.map((sealed) => openAnswer(coreSecret, sealed)).filter((opened) => opened !== null);
}

/** The headers of one attempt (Standard Webhooks): a signature for each secret, over id, time and body. */
export function signDelivery(
  secrets: readonly string[],
  { eventId, body, nowMs }: { eventId: string; body: string; nowMs: number },
): Record<string, string> {
  const at = new Date(nowMs);
  return {
    'content-type': 'application/json',
    'user-agent': 'Onsale-Webhooks/1',
    'webhook-id': eventId,
    'webhook-timestamp': String(Math.floor(nowMs / 1000)),
    'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(eventId, at, body)).join(' '),
  };
}
