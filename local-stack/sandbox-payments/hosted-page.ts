import { html, raw } from 'hono/html';
import type { SandboxPayment } from './payments.ts';

/** What the page shows of a payment; `title` names the provider, `told` what became of the last attempt. */
export type HostedPayment = Pick<SandboxPayment, 'paymentId' | 'amountMinor' | 'currency' | 'returnUrl' | 'status'> & {
  title?: string;
  told?: string;
};

/** The answer's policy: the page has no script and one style, and its form may lead back to any shop. */
export const PAGE_HEADERS = {
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
} as const;

const STYLE = `
:root {
  color-scheme: light dark;
  font:
    1.0625rem/1.5 system-ui,
    sans-serif;
}
main {
  max-width: 26rem;
  margin: 3rem auto;
  padding: 0 1rem;
}
.amount {
  font-size: 2rem;
  font-weight: 600;
  margin: 0.5rem 0 1.5rem;
  font-variant-numeric: tabular-nums;
}
form {
  display: flex;
  gap: 0.75rem;
  flex-wrap: wrap;
}
button {
  font: inherit;
  min-height: 2.75rem;
  padding: 0.5rem 1.5rem;
  border-radius: 0.5rem;
  border: 1px solid currentColor;
  cursor: pointer;
}
.pay {
  background: #14532d;
  color: #fff;
  border-color: #14532d;
  flex: 1;
}
.note {
  margin-top: 2rem;
  padding-top: 1rem;
  border-top: 1px solid;
  font-size: 0.9rem;
}
`;

/** The provider's payment page: works without script, says what it is, leads back to the shop. */
export function renderHostedPage(payment: HostedPayment, locale = 'en'): ReturnType<typeof html> {
  const amount = formatAmount(payment, locale);
  const body = payment.status === 'open' ? choice(amount, payment.told) : ended(payment);
  const title = payment.title ?? 'Sandbox payments';
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Pay ${amount} · ${title}</title>
        <style>
          ${raw(STYLE)}
        </style>
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          ${body}
          <p class="note">
            This is a development provider: no money moves. Reference <code>${payment.paymentId}</code>.
          </p>
        </main>
      </body>
    </html>`;
}

/** An amount in minor units, in the currency's own number of decimals. */
export function formatAmount(
  { amountMinor, currency }: { amountMinor: number; currency: string },
  locale: string,
): string {
  const format = new Intl.NumberFormat(locale, { style: 'currency', currency });
  return format.format(amountMinor / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
}

const choice = (amount: string, told?: string) =>
  html` ${told === undefined ? '' : html`<p role="status">${told}</p>`}
    <p>To pay</p>
    <p class="amount">${amount}</p>
    <form method="post">
      <button class="pay" name="outcome" value="succeed">Pay ${amount}</button>
      <button name="outcome" value="fail">Decline</button>
    </form>`;

const ENDED = {
  open: '',
  succeeded: 'This payment is done.',
  failed: 'This payment was declined. Start again from the shop.',
  cancelled: 'This payment was cancelled.',
} as const;

const ended = (payment: HostedPayment) =>
  html` <p role="status">${ENDED[payment.status]}</p>
    <p><a href="${payment.returnUrl}">Back to the shop</a></p>`;
