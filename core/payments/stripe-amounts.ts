/**
 * Stripe counts money in units of its own (https://docs.stripe.com/currencies#special-cases): most currencies in hundredths, these
 * without decimals, those with three, of which the last has to be zero. ISK and UGX have no decimals but are told in hundredths.
 */
const NO_DECIMALS = new Set('BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF'.split(' '));
const THREE_DECIMALS = new Set(['BHD', 'JOD', 'KWD', 'OMR', 'TND']);

/** An amount of ours as Stripe counts it. Throws RangeError for one that Stripe can't charge. `currency` is ISO 4217, capitals. */
export function toStripeAmount(amountMinor: number, currency: string): number {
  const amount = scale(amountMinor, stripeDecimals(currency) - ownDecimals(currency));
  if (!Number.isSafeInteger(amount) || (THREE_DECIMALS.has(currency) && amount % 10 !== 0))
    throw new RangeError(`Stripe can't charge ${amountMinor} minor units of ${currency}`);
  return amount;
}

/** The other way round. What is no whole number of our minor units throws RangeError. */
export function fromStripeAmount(amount: number, currency: string): number {
  const amountMinor = scale(amount, ownDecimals(currency) - stripeDecimals(currency));
  if (!Number.isSafeInteger(amountMinor)) throw new RangeError(`${amount} is no amount of ${currency}`);
  return amountMinor;
}

const scale = (amount: number, by: number): number => (by >= 0 ? amount * 10 ** by : amount / 10 ** -by);

function stripeDecimals(currency: string): number {
  if (NO_DECIMALS.has(currency)) return 0;
  return THREE_DECIMALS.has(currency) ? 3 : 2;
}

/** As prices are shown everywhere here: what one minor unit is follows from `Intl`. */
const ownDecimals = (currency: string): number =>
  new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
