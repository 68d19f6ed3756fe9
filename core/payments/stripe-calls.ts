import Stripe from 'stripe';
import { createProviderGuard, type ProviderGuard } from './provider-calls.ts';

/** The version of Stripe's API whose shapes this code knows; the endpoint of the webhooks has to be set to the same. */
export const STRIPE_API_VERSION = '2026-10-28.endive';
/** How long one call may take, ms: making a checkout session takes Stripe a second or so. */
const TIMEOUT_MS = 4000;

export type StripeSettings = {
  /** `sk_…` or a restricted `rk_…`. Never logged. */
  secretKey: string;
  /** `whsec_…` of the webhook endpoint. */
  webhookSecret: string;
  /** `https://api.stripe.com`, or a stand-in. */
  url: string;
};

/** What Stripe answered; a refusal is its status and code, without its message, which may name keys and people. */
export type StripeAnswer<T> = { ok: true; value: T } | { ok: false; status: number; code: string };
export type StripeAsk = <T>(call: () => Promise<T>) => Promise<StripeAnswer<T>>;

/** Stripe's own client: one version, no repeats (jobs and buyers come back by themselves), nothing measured for Stripe. */
export function createStripeClient({ secretKey, url }: Pick<StripeSettings, 'secretKey' | 'url'>): Stripe {
  const { hostname, port, protocol: scheme } = new URL(url);
  const protocol = scheme === 'http:' ? 'http' : 'https';
  return new Stripe(secretKey, {
    apiVersion: STRIPE_API_VERSION,
    maxNetworkRetries: 0,
    timeout: TIMEOUT_MS,
    telemetry: false,
    host: hostname,
    port: Number(port || { http: 80, https: 443 }[protocol]),
    protocol,
  });
}

/** Runs calls of the client under the breaker. Throws `payment_provider_unavailable` when Stripe can't be asked or refuses our key. */
export function createStripeAsk(guard: ProviderGuard = createProviderGuard(TIMEOUT_MS)): StripeAsk {
  return (call) =>
    guard(async () => {
      try {
        return { ok: true, value: await call() };
      } catch (error) {
        if (!(error instanceof Stripe.errors.StripeError)) throw error;
        const { statusCode: status = 0, code, type } = error;
        // Thrown anew: the client's error carries the request, and of a key that is refused the message shows a part.
        // oxlint-disable-next-line preserve-caught-error -- The cause is logged with the error, and would tell what must not be.
        if (isOutage(status)) throw new Error(`Stripe answered ${status} (${code ?? type})`);
        return { ok: false, status, code: code ?? type };
      }
    });
}

/** Not reached, a key that is refused, a key of idempotency in use just now, too many calls, or Stripe's own fault. */
const isOutage = (status: number): boolean => status < 400 || status >= 500 || [401, 403, 409, 429].includes(status);
