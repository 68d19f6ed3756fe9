import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import * as v from 'valibot';
import { startSandboxPayments } from '../local-stack/sandbox-payments/start.ts';
import { startStripeStandIn } from '../local-stack/stripe-stand-in/start.ts';
import { systemClock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import type { RunningService } from '../platform/service.ts';
import { createProviderCall } from './payments/provider-calls.ts';
import type { PaymentProvider } from './payments/provider.ts';
import { createSandboxProvider } from './payments/sandbox-provider.ts';
import type { PaymentSettings } from './payments/settings.ts';
import { createStripeProvider } from './payments/stripe-provider.ts';

export const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const STRIPE_KEY = ['sk', 'test', 'onsaletests'].join('_');

export type ProviderName = 'sandbox' | 'stripe';
/** A provider that runs, core's side of it, and its webhooks as a test writes them: with a good signature. */
export type ProviderWorld = {
  service: RunningService & { url: string };
  provider: PaymentProvider;
  settings: PaymentSettings;
  /** Body and headers of an event in the sandbox's words; of Stripe's in Stripe's, where it has them. */
  sign(type: string, data: object, eventId: string): { body: string; headers: Record<string, string> };
};

/** Starts the sandbox provider or the stand-in for Stripe, on a port of its own. */
export function startProvider(
  name: ProviderName,
  options: { folder: string; coreUrl: string; log: Logger },
): Promise<ProviderWorld> {
  return name === 'sandbox' ? startSandbox(options) : startStripe(options);
}

type Options = Parameters<typeof startProvider>[1];

async function startSandbox({ folder, coreUrl, log }: Options): Promise<ProviderWorld> {
  const webhookUrl = `${coreUrl}/v1/payments/webhooks/sandbox`;
  const at = { host: '127.0.0.1', port: 0, dataFolder: folder, webhookSecret: SECRET, webhookUrl, log };
  const service = await startSandboxPayments(at);
  const settings = { url: service.url, webhookSecret: SECRET };
  return {
    service,
    provider: createSandboxProvider({ ...settings, call: createProviderCall(service.url) }),
    settings: { current: 'sandbox', sandbox: settings, stripe: null },
    sign(type, data, eventId) {
      const body = JSON.stringify({ type, data });
      const now = new Date(systemClock.nowMs());
      const headers = {
        'webhook-id': eventId,
        'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
        'webhook-signature': new Webhook(SECRET).sign(eventId, now, body),
      };
      return { body, headers };
    },
  };
}

async function startStripe({ folder, coreUrl, log }: Options): Promise<ProviderWorld> {
  const webhookUrl = `${coreUrl}/v1/payments/webhooks/stripe`;
  const secrets = { secretKey: STRIPE_KEY, webhookSecret: SECRET };
  const dataFolder = join(folder, 'stripe');
  const service = await startStripeStandIn({ host: '127.0.0.1', port: 0, dataFolder, ...secrets, webhookUrl, log });
  const settings = { ...secrets, url: service.url };
  return {
    service,
    provider: createStripeProvider(settings),
    settings: { current: 'stripe', sandbox: null, stripe: settings },
    sign(type, data, eventId) {
      const body = JSON.stringify({ id: eventId, object: 'event', ...inStripesWords(type, data) });
      const seconds = Math.floor(systemClock.nowMs() / 1000);
      const signature = createHmac('sha256', SECRET).update(`${seconds}.${body}`).digest('hex');
      return { body, headers: { 'stripe-signature': `t=${seconds},v1=${signature}` } };
    },
  };
}

const toldSchema = v.object({
  paymentId: v.optional(v.string()),
  captureId: v.optional(v.string()),
  amountMinor: v.optional(v.number()),
  currency: v.optional(v.string(), 'EUR'),
});
const STRIPE_TYPES = new Map([
  ['payment.succeeded', 'payment_intent.succeeded'],
  ['payment.failed', 'payment_intent.payment_failed'],
]);

/** What the sandbox tells of a payment as Stripe tells it; all else as it is. */
function inStripesWords(type: string, data: object): object {
  const stripeType = STRIPE_TYPES.get(type);
  if (stripeType === undefined) return { type, data: { object: data } };
  const { paymentId, captureId, amountMinor, currency } = v.parse(toldSchema, data);
  const metadata = paymentId === undefined ? {} : { paymentId };
  const id = captureId ?? (paymentId === undefined ? undefined : `pi_${paymentId}`);
  return { type: stripeType, data: { object: { id, amount_received: amountMinor, currency, metadata } } };
}
