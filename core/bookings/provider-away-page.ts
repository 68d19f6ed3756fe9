import { accepts } from 'hono/accepts';
import { problemHeaders } from '../../contracts/errors.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import type { CoreContext } from '../http/context.ts';
import { checkoutUrl, returnUrl } from './checkout-url.ts';

/** A caller who prefers neither is a program. */
const TYPES = {
  header: 'Accept',
  supports: ['application/json', 'text/html'],
  default: 'application/json',
} satisfies Parameters<typeof accepts>[1];

/**
 * What a browser is shown when the payment provider does not answer: a page with a way on, since a person stands there with a booking.
 * A program's request, and any other error, is thrown on, to become a problem. Id and code were judged by `openCheckout`.
 */
export function providerAwayPage(
  c: CoreContext,
  origin: string,
  checkout: { id: string; code: string },
  error: unknown,
): Response {
  const isAway = error instanceof OperatingError && error.code === 'payment_provider_unavailable';
  if (!isAway || accepts(c, TYPES) !== 'text/html') throw error;
  const { payBy } = error.details.extra ?? {};
  const again = checkoutUrl(origin, checkout.id, checkout.code);
  const page = toPage(typeof payBy === 'string' ? payBy : null, again, returnUrl(origin, checkout.id));
  const headers = {
    ...problemHeaders(error.code, error.details),
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
    'referrer-policy': 'no-referrer',
  };
  return new Response(page, { status: 503, headers });
}

function toPage(payBy: string | null, again: string, booking: string): string {
  const until = payBy === null ? '' : ` until <time datetime="${payBy}">${payBy.slice(11, 16)} UTC</time>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>The payment page does not answer</title>
</head>
<body>
<main>
<h1>The payment page does not answer</h1>
<p>You have not been charged by this attempt. Your seats are kept${until}.</p>
<p><a href="${again}">Try again</a></p>
<p><a href="${booking}">Back to your booking</a></p>
</main>
</body>
</html>
`;
}
