import { Webhook } from 'standardwebhooks';
import { randomSecret } from '../../platform/random.ts';
import type { WebhookSenderOptions } from '../webhook-sender.ts';
import type { SandboxEvent } from './payments.ts';

/** Signs over id, time and body (https://www.standardwebhooks.com), with another secret where a tester wants a bad signature. */
export function signWebhook(secret: string): WebhookSenderOptions<SandboxEvent>['sign'] {
  const signer = new Webhook(secret);
  const forger = new Webhook(randomSecret('').replaceAll(/[-_]/g, 'A').slice(0, 40));
  return (event, at) => {
    const body = JSON.stringify({ type: event.type, timestamp: event.at, data: event.data });
    const headers = {
      'content-type': 'application/json',
      'webhook-id': event.eventId,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': (event.badSignature ? forger : signer).sign(event.eventId, at, body),
    };
    return { headers, body };
  };
}
