import { Hono, type Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { HTTPException } from 'hono/http-exception';
import { setTimeout as sleep } from 'node:timers/promises';
import * as v from 'valibot';
import { fieldErrorsOf } from '../../contracts/field-errors.ts';
import { newId } from '../../platform/id.ts';
import { PAGE_HEADERS, renderHostedPage } from './hosted-page.ts';
import {
  completionSchema,
  faultsSchema,
  newPaymentSchema,
  newRefundSchema,
  PLAIN_WEBHOOK,
  toPaymentView,
  type Faults,
} from './payments.ts';
import type { Outcome, SandboxProvider } from './provider.ts';

/** Rows of one page of the ledger. */
const PAGE_SIZE = 200;
/** Larger than any body this provider takes. */
const MAX_BODY_BYTES = 16 * 1024;
/** What `Idempotency-Key` may be. */
const KEY = /^[\x21-\x7e]{1,255}$/;

export type SandboxApp = { provider: SandboxProvider; faults: Faults; publicUrl: () => string };

/** The provider's HTTP side (API.md, "Sandbox payments"). Errors are problem documents with the provider's own codes. */
// oxlint-disable-next-line max-lines-per-function -- a route after the other
export function createSandboxApp({ provider, faults, publicUrl }: SandboxApp): Hono {
  const app = new Hono();
  app.onError((error) => {
    if (error instanceof HTTPException && error.status < 500)
      return problem(error.status, codeOf(error.status), error.message);
    return problem(500, 'internal', 'Something went wrong here.');
  });
  app.notFound(() => problem(404, 'not_found', 'There is nothing here.'));
  app.use(
    bodyLimit({ maxSize: MAX_BODY_BYTES, onError: () => problem(413, 'payload_too_large', 'The body is too large.') }),
  );

  app.get('/healthz', (c) => c.json({ ok: true }));
  app.patch('/faults', async (c) => {
    const wanted = await readBody(c, faultsSchema);
    if (!wanted.ok) return wanted.answer;
    Object.assign(faults, wanted.value);
    return c.json(faults);
  });
  app.use(async (_c, next) => {
    if (faults.latencyMs > 0) await sleep(faults.latencyMs);
    if (faults.down) return problem(503, 'provider_down', 'The provider is down.');
    return next();
  });

  app.post('/payments', async (c) => {
    const key = c.req.header('idempotency-key') ?? '';
    if (!KEY.test(key)) return keyProblem(key);
    const wanted = await readBody(c, newPaymentSchema);
    if (!wanted.ok) return wanted.answer;
    const outcome = provider.create(wanted.value, key);
    return answer(c, outcome, (payment) => toPaymentView(payment, publicUrl()));
  });
  app.get('/payments', (c) => {
    const madeSinceMs = Date.parse(c.req.query('madeSince') ?? '1970-01-01');
    if (Number.isNaN(madeSinceMs)) return problem(400, 'invalid_request', 'madeSince is no time.');
    const { items, next } = provider.list({ cursor: c.req.query('cursor'), madeSinceMs }, PAGE_SIZE);
    return c.json({ items: items.map((payment) => toPaymentView(payment, publicUrl())), next });
  });
  app.get('/payments/:id', (c) => {
    const payment = provider.find(c.req.param('id'));
    if (payment === undefined) return problem(404, 'payment_not_found', 'There is no such payment.');
    return c.json(toPaymentView(payment, publicUrl()));
  });
  app.post('/payments/:id/complete', async (c) => {
    const wanted = await readBody(c, completionSchema);
    if (!wanted.ok) return wanted.answer;
    const outcome = provider.complete(c.req.param('id'), wanted.value.outcome, wanted.value.webhook ?? PLAIN_WEBHOOK);
    return answer(c, outcome, (payment) => toPaymentView(payment, publicUrl()), 200);
  });
  app.post('/payments/:id/cancel', (c) =>
    answer(c, provider.cancel(c.req.param('id')), (payment) => toPaymentView(payment, publicUrl()), 200),
  );
  app.post('/payments/:id/refunds', async (c) => {
    const key = c.req.header('idempotency-key') ?? '';
    if (!KEY.test(key)) return keyProblem(key);
    const wanted = await readBody(c, newRefundSchema);
    if (!wanted.ok) return wanted.answer;
    const outcome = provider.refund(c.req.param('id'), wanted.value.amountMinor, key);
    return answer(c, outcome, ({ refundId, amountMinor, at }) => ({ refundId, status: 'succeeded', amountMinor, at }));
  });

  app.get('/pay/:id', (c) => {
    const payment = provider.find(c.req.param('id'));
    if (payment === undefined) return problem(404, 'payment_not_found', 'There is no such payment.');
    return c.html(renderHostedPage(payment), 200, PAGE_HEADERS);
  });
  app.post('/pay/:id', async (c) => {
    const { outcome } = await c.req.parseBody();
    if (outcome !== 'succeed' && outcome !== 'fail') return problem(422, 'invalid_request', 'Choose Pay or Decline.');
    const done = provider.complete(c.req.param('id'), outcome);
    const payment = done.ok ? done.value : done.payment;
    if (payment === undefined) return problem(404, 'payment_not_found', 'There is no such payment.');
    return c.redirect(payment.returnUrl, 303);
  });
  return app;
}

type Body<T> = { ok: true; value: T } | { ok: false; answer: Response };

async function readBody<S extends v.GenericSchema>(c: Context, schema: S): Promise<Body<v.InferOutput<S>>> {
  let json: unknown;
  try {
    json = JSON.parse(await c.req.text());
  } catch (error) {
    // bodyLimit throws while a body without a length is read; that is no syntax error.
    if (!(error instanceof SyntaxError)) throw error;
    return { ok: false, answer: problem(400, 'malformed_json', 'The body is not valid JSON.') };
  }
  const result = v.safeParse(schema, json);
  if (result.success) return { ok: true, value: result.output };
  const errors = fieldErrorsOf(result.issues);
  return { ok: false, answer: problem(422, 'invalid_request', 'Some fields are not valid.', { errors }) };
}

function answer<T>(c: Context, outcome: Outcome<T>, view: (value: T) => object, newStatus: 200 | 201 = 201): Response {
  if (outcome.ok) return c.json(view(outcome.value), outcome.isNew ? newStatus : 200);
  if (outcome.payment === undefined) return problem(outcome.status, outcome.code, outcome.detail);
  const { status, amountMinor, currency, captureId } = outcome.payment;
  return problem(outcome.status, outcome.code, outcome.detail, {
    payment: { status, amountMinor, currency, captureId },
  });
}

const keyProblem = (key: string): Response =>
  key === ''
    ? problem(400, 'idempotency_key_required', 'Send an Idempotency-Key.')
    : problem(400, 'idempotency_key_invalid', 'The Idempotency-Key is 1 to 255 visible characters.');

function problem(status: number, code: string, detail: string, extra: object = {}): Response {
  const body = {
    type: `urn:sandbox-payments:error:${code}`,
    title: detail,
    status,
    code,
    detail,
    requestId: newId(),
    ...extra,
  };
  const headers = { 'content-type': 'application/problem+json', 'cache-control': 'no-store' };
  return new Response(JSON.stringify(body), {
    status,
    headers: status === 503 ? { ...headers, 'retry-after': '1' } : headers,
  });
}

const codeOf = (status: number): string => (status === 413 ? 'payload_too_large' : 'malformed_request');
