import { Hono, type Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { setTimeout as sleep } from 'node:timers/promises';
import * as v from 'valibot';
import { fromStripeAmount } from '../../core/payments/stripe-amounts.ts';
import { newId } from '../../platform/id.ts';
import { PAGE_HEADERS, renderHostedPage } from '../sandbox-payments/hosted-page.ts';
import { completionSchema, faultsSchema, PLAIN_WEBHOOK, type Faults } from '../sandbox-payments/payments.ts';
import { StripeRefusal, type Refusal, type StandInAccount } from './account.ts';
import { readForm, type Form } from './form.ts';
import { createIdempotency, type Answer } from './idempotency.ts';
import { refundedOf, toIntent, toList, toSession, type StandInPayment } from './objects.ts';
import type { Records } from './records.ts';

/** Larger than any body of the calls that are taken. */
const MAX_BODY_BYTES = 64 * 1024;

export type StandInApp = {
  account: StandInAccount;
  records: Records;
  faults: Faults;
  secretKey: string;
  publicUrl: () => string;
};

/**
 * The part of Stripe's HTTP that core uses: form-encoded calls under /v1, errors in Stripe's shape, and the hosted page. Beside it, for
 * testers, the addresses that the sandbox provider has too: `/faults`, `/payments/{our id}` and what can be done to it.
 */
export function createStandInApp(parts: StandInApp): Hono {
  const { account, faults, publicUrl } = parts;
  const app = new Hono();
  const idempotent = createIdempotency(parts.records);
  app.onError((error) => {
    if (error instanceof StripeRefusal) return refuse(error.refusal);
    return refuse({ status: 500, type: 'api_error', message: 'Something went wrong here.' });
  });
  app.notFound((c) =>
    refuse({ status: 404, type: 'invalid_request_error', message: `Unrecognized request URL (${c.req.path}).` }),
  );
  app.use(bodyLimit({ maxSize: MAX_BODY_BYTES }));
  app.get('/healthz', (c) => c.json({ ok: true }));
  app.patch('/faults', async (c) => c.json(Object.assign(faults, v.parse(faultsSchema, await c.req.json()))));
  registerTesters(app, parts);
  app.use(async (_c, next) => {
    if (faults.latencyMs > 0) await sleep(faults.latencyMs);
    if (faults.down) throw new StripeRefusal({ status: 503, type: 'api_error', message: 'Stripe is down.' });
    return next();
  });
  registerPage(app, parts);

  app.use('/v1/*', async (c, next) => {
    if (c.req.header('authorization') === `Bearer ${parts.secretKey}`) return next();
    const message = `Invalid API Key provided: ${(c.req.header('authorization') ?? '').slice(-12)}`;
    throw new StripeRefusal({ status: 401, type: 'invalid_request_error', message });
  });
  /** A POST under its idempotency key, whose answer is kept as text. */
  const post = (path: string, work: (form: Form, c: Context) => object) =>
    app.post(path, async (c) => {
      const text = await c.req.text();
      const run = async (): Promise<Answer> => ({
        status: 200,
        body: JSON.stringify(work(readForm(text), c)),
        isReplayed: false,
      });
      return send(await idempotent(c.req.header('idempotency-key'), `${c.req.path}?${text}`, run));
    });
  post('/v1/checkout/sessions', (form) => toSession(account.createSession(form), publicUrl(), false));
  post('/v1/checkout/sessions/:id/expire', (_form, c) =>
    toSession(account.expireSession(c.req.param('id') ?? ''), publicUrl(), false),
  );
  post('/v1/refunds', (form) => account.refund(form));
  app.get('/v1/checkout/sessions/:id', (c) =>
    json(toSession(account.session(c.req.param('id')), publicUrl(), isExpanded(c, 'payment_intent'))),
  );
  app.get('/v1/payment_intents/:id', (c) =>
    json(toIntent(account.intent(c.req.param('id')), isExpanded(c, 'latest_charge.refunds'))),
  );
  app.get('/v1/payment_intents', (c) => {
    const limit = Math.min(Number(c.req.query('limit') ?? 10), 100);
    const since = Number(c.req.query('created[gte]') ?? 0);
    const { data, hasMore } = account.intents({ after: c.req.query('starting_after'), since }, limit);
    const expanded = isExpanded(c, 'data.latest_charge.refunds');
    const items = data.map((payment) => toIntent(payment, expanded));
    return json(toList(items, hasMore, '/v1/payment_intents'));
  });
  app.get('/v1/refunds', (c) => json(toList(account.refundsOf(c.req.query('payment_intent') ?? ''))));
  return app;
}

/** The page where the buyer pays; a declined card can be tried again. */
function registerPage(app: Hono, { account }: StandInApp): void {
  const page = (c: Context, payment: StandInPayment, told?: string) => {
    const currency = payment.currency.toUpperCase();
    const status = ({ open: 'open', complete: 'succeeded', expired: 'cancelled' } as const)[payment.status];
    const shown = {
      title: 'Stripe stand-in',
      paymentId: payment.clientReferenceId,
      amountMinor: fromStripeAmount(payment.amount, currency),
      currency,
      returnUrl: payment.cancelUrl,
      status,
      ...(told === undefined ? {} : { told }),
    };
    return c.html(renderHostedPage(shown), 200, PAGE_HEADERS);
  };
  app.get('/c/pay/:id', (c) => page(c, account.session(c.req.param('id'))));
  app.post('/c/pay/:id', async (c) => {
    const { outcome } = await c.req.parseBody();
    const payment = account.session(c.req.param('id'));
    if (payment.status !== 'open' || (outcome !== 'succeed' && outcome !== 'fail')) return page(c, payment);
    const done = account.complete(payment.sessionId, outcome);
    if (outcome === 'succeed') return c.redirect(done.successUrl, 303);
    return page(c, done, 'Your card was declined. Try another.');
  });
}

/** What testers do to a payment, by the merchant's id of it. Works while the provider is down. */
function registerTesters(app: Hono, { account }: StandInApp): void {
  const on = async (c: Context, work: (payment: StandInPayment) => void | Promise<void>) => {
    const id = c.req.param('id') ?? '';
    const payment = account.byReference(id);
    if (payment === undefined) return c.json({ code: 'payment_not_found' }, 404);
    await work(payment);
    return c.json(toTesterView(account.byReference(id) ?? payment));
  };
  app.get('/payments/:id', (c) => on(c, () => {}));
  app.post('/payments/:id/complete', (c) =>
    on(c, async ({ sessionId }) => {
      const { outcome, webhook = PLAIN_WEBHOOK } = v.parse(completionSchema, await c.req.json());
      account.complete(sessionId, outcome, webhook);
    }),
  );
  // As from Stripe's dashboard: without the metadata that our own refunds have.
  app.post('/payments/:id/refunds', (c) =>
    on(c, async ({ intentId }) => {
      const { amount } = v.parse(v.object({ amount: v.number() }), await c.req.json());
      account.refund({ payment_intent: intentId, amount: String(amount) });
    }),
  );
  app.post('/payments/:id/fail-refunds', (c) => on(c, (payment) => account.failRefunds(payment)));
  app.post('/payments/:id/dispute', (c) =>
    on(c, async (payment) => {
      const { status } = v.parse(v.object({ status: v.string() }), await c.req.json());
      account.dispute(payment, status);
    }),
  );
}

const toTesterView = (payment: StandInPayment) => ({
  paymentId: payment.clientReferenceId,
  status: ({ open: 'open', complete: 'succeeded', expired: 'cancelled' } as const)[payment.status],
  captureId: payment.intent === 'succeeded' ? payment.intentId : null,
  capturedMinor: payment.intent === 'succeeded' ? payment.amount : 0,
  refundedMinor: refundedOf(payment),
});

const isExpanded = (c: Context, field: string): boolean =>
  Object.entries(c.req.queries()).some(([name, values]) => name.startsWith('expand') && values.includes(field));

function refuse({ status, ...error }: Refusal): Response {
  return send({ status, body: JSON.stringify({ error }), isReplayed: false });
}

const json = (body: object): Response => send({ status: 200, body: JSON.stringify(body), isReplayed: false });

const send = ({ status, body, isReplayed }: Answer): Response =>
  new Response(body, {
    status,
    headers: {
      'content-type': 'application/json',
      'request-id': `req_${newId()}`,
      ...(isReplayed ? { 'idempotent-replayed': 'true' } : {}),
    },
  });
