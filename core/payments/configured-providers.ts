import { createProviders, type PaymentProviders } from './provider.ts';
import { createSandboxProvider } from './sandbox-provider.ts';
import type { PaymentSettings } from './settings.ts';
import { createStripeProvider } from './stripe-provider.ts';

/** The providers that this installation is set up with. */
export function configuredProviders({ current, sandbox, stripe }: PaymentSettings): PaymentProviders {
  const all = [
    ...(sandbox === null ? [] : [createSandboxProvider(sandbox)]),
    ...(stripe === null ? [] : [createStripeProvider(stripe)]),
  ];
  const [first, ...others] = all.toSorted((a, b) => Number(b.name === current) - Number(a.name === current));
  if (first === undefined) throw new TypeError('no payment provider is set up');
  return createProviders(first, ...others);
}
