import { createHmac, randomBytes } from 'node:crypto';
import { STRIPE_API_VERSION } from '../../core/payments/stripe-calls.ts';
import type { WebhookSenderOptions } from '../webhook-sender.ts';
import type { StandInEvent } from './records.ts';

/**
 * Signs as Stripe does (https://docs.stripe.com/webhooks#verify-manually): HMAC-SHA-256 over time and body. Written here anew and not
 * taken from Stripe's client, so that the client's own check judges it.
 */
export function signWebhook(secret: string): WebhookSenderOptions<StandInEvent>['sign'] {
  const forged = randomBytes(24).toString('hex');
  return ({ eventId: id, type, created, object, badSignature }, at) => {
    const rest = { livemode: false, pending_webhooks: 1, request: { id: null, idempotency_key: null } };
    const body = JSON.stringify({
      id,
      object: 'event',
      api_version: STRIPE_API_VERSION,
      created,
      data: { object },
      type,
      ...rest,
    });
    const seconds = Math.floor(at.getTime() / 1000);
    const signature = createHmac('sha256', badSignature ? forged : secret)
      .update(`${seconds}.${body}`)
      .digest('hex');
    return {
      headers: { 'content-type': 'application/json', 'stripe-signature': `t=${seconds},v1=${signature}` },
      body,
    };
  };
}
