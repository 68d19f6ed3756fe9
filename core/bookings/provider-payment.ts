import type { NewProviderPayment } from '../payments/provider.ts';
import { returnUrl } from './checkout-url.ts';

/**
 * A payment as its provider is told of it, the same each time: a provider that knows its payments by an idempotency key refuses the key
 * with other values.
 */
export const toProviderPayment = (
  origin: string,
  bookingId: string,
  { id, amountMinor, currency }: { id: string; amountMinor: number; currency: string },
): NewProviderPayment => ({ paymentId: id, amountMinor, currency, returnUrl: returnUrl(origin, bookingId) });
