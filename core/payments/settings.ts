import * as v from 'valibot';
import { ConfigError, text, url } from '../../platform/config.ts';
import type { StripeSettings } from './stripe-calls.ts';

const PROVIDERS = ['sandbox', 'stripe'] as const;
const webhookSecret = v.optional(v.pipe(text, v.startsWith('whsec_', 'must start with whsec_')));
/** A key crosses the network with each call; in clear it may only go to this machine. */
const isSafe = (address: string): boolean => {
  const { protocol, hostname } = new URL(address);
  return protocol === 'https:' || ['127.0.0.1', 'localhost', '[::1]'].includes(hostname);
};

/** The variables that say who takes payments. */
export const PAYMENT_ENTRIES = {
  ONSALE_PAYMENTS_PROVIDER: v.optional(v.picklist(PROVIDERS, 'must be sandbox or stripe'), 'sandbox'),
  ONSALE_PAYMENTS_URL: v.optional(url('http', 'https')),
  ONSALE_PAYMENTS_WEBHOOK_SECRET: webhookSecret,
  ONSALE_STRIPE_SECRET_KEY: v.optional(
    v.pipe(text, v.regex(/^(sk|rk)_(test|live)_\w+$/, 'must be a secret key of Stripe, sk_… or rk_…')),
  ),
  ONSALE_STRIPE_WEBHOOK_SECRET: webhookSecret,
  ONSALE_STRIPE_URL: v.optional(
    v.pipe(url('http', 'https'), v.check(isSafe, 'must be https, or this machine')),
    'https://api.stripe.com',
  ),
};

/** `current` takes new payments; each provider that is set settles those that were made with it. */
export type PaymentSettings = {
  current: (typeof PROVIDERS)[number];
  sandbox: { url: string; webhookSecret: string } | null;
  stripe: StripeSettings | null;
};

/** Puts the settings together. Throws ConfigError when the current provider's are not there, or one's only in part. */
export function readPaymentSettings(
  values: v.InferOutput<v.ObjectSchema<typeof PAYMENT_ENTRIES, undefined>>,
): PaymentSettings {
  const current = values.ONSALE_PAYMENTS_PROVIDER;
  const sandbox = {
    ONSALE_PAYMENTS_URL: values.ONSALE_PAYMENTS_URL,
    ONSALE_PAYMENTS_WEBHOOK_SECRET: values.ONSALE_PAYMENTS_WEBHOOK_SECRET,
  };
  const stripe = {
    ONSALE_STRIPE_SECRET_KEY: values.ONSALE_STRIPE_SECRET_KEY,
    ONSALE_STRIPE_WEBHOOK_SECRET: values.ONSALE_STRIPE_WEBHOOK_SECRET,
  };
  const [hasSandbox, hasStripe] = [hasAll(sandbox, current === 'sandbox'), hasAll(stripe, current === 'stripe')];
  return {
    current,
    sandbox: hasSandbox
      ? { url: sandbox.ONSALE_PAYMENTS_URL ?? '', webhookSecret: sandbox.ONSALE_PAYMENTS_WEBHOOK_SECRET ?? '' }
      : null,
    stripe: hasStripe
      ? {
          url: values.ONSALE_STRIPE_URL,
          secretKey: stripe.ONSALE_STRIPE_SECRET_KEY ?? '',
          webhookSecret: stripe.ONSALE_STRIPE_WEBHOOK_SECRET ?? '',
        }
      : null,
  };
}

function hasAll(settings: Record<string, string | undefined>, isNeeded: boolean): boolean {
  const missing = Object.keys(settings).filter((name) => settings[name] === undefined);
  if (missing.length === 0) return true;
  if (!isNeeded && missing.length === Object.keys(settings).length) return false;
  throw new ConfigError(missing.map((name) => `${name}: is missing`));
}
