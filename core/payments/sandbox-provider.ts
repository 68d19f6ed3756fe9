import * as v from 'valibot';
import { systemClock, type Clock } from '../../platform/clock.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import type { PaymentProvider, ProviderPayment } from './provider.ts';
import { createProviderCall, type ProviderAnswer, type ProviderCall } from './provider-calls.ts';
import { createSignatureCheck } from './signature-check.ts';

const createdSchema = v.object({
  payUrl: v.string(),
  status: v.string(),
  captureId: v.nullable(v.string()),
  amountMinor: v.number(),
  currency: v.string(),
});
const refusedCancelSchema = v.object({
  code: v.literal('payment_succeeded'),
  payment: v.object({ captureId: v.string(), amountMinor: v.number(), currency: v.string() }),
});
const refundSchema = v.object({ refundId: v.string(), amountMinor: v.number() });
const listedSchema = v.object({
  items: v.array(
    v.object({
      paymentId: v.string(),
      currency: v.string(),
      captureId: v.nullable(v.string()),
      capturedMinor: v.number(),
      refunds: v.array(v.object({ refundId: v.string(), amountMinor: v.number() })),
    }),
  ),
  next: v.nullable(v.string()),
});
const paymentData = v.object({ paymentId: v.string(), amountMinor: v.number(), currency: v.string() });
const eventSchema = v.variant('type', [
  v.object({ type: v.literal('payment.succeeded'), data: v.object({ ...paymentData.entries, captureId: v.string() }) }),
  v.object({ type: v.literal('payment.failed'), data: paymentData }),
  v.object({ type: v.literal('payment.cancelled'), data: paymentData }),
  v.object({ type: v.literal('refund.succeeded'), data: v.object({ ...paymentData.entries, refundId: v.string() }) }),
]);
const typedSchema = v.object({ type: v.string() });

export type SandboxProviderOptions = {
  url: string;
  /** `whsec_…` (Standard Webhooks). */
  webhookSecret: string;
  call?: ProviderCall;
  clock?: Clock;
};

/** The development provider (API.md, "Sandbox payments") behind the port that every provider has. */
export function createSandboxProvider(options: SandboxProviderOptions): PaymentProvider {
  const call = options.call ?? createProviderCall(options.url);
  const checkSignature = createSignatureCheck(options.webhookSecret, options.clock ?? systemClock);
  return {
    name: 'sandbox',
    async createPayment(payment) {
      const answer = await call('POST', '/payments', payment, payment.paymentId);
      const { payUrl, status, captureId, amountMinor, currency } = read(answer, createdSchema, [200, 201]);
      if (status !== 'succeeded' || captureId === null) return { payUrl };
      const data = { paymentId: payment.paymentId, amountMinor, currency, captureId };
      const payloadJson = JSON.stringify({ type: 'payment.succeeded', data });
      return { payUrl, paid: { eventId: `capture:${captureId}`, payloadJson } };
    },
    async cancelPayment({ paymentId }) {
      const answer = await call('POST', `/payments/${paymentId}/cancel`);
      if (answer.status === 404) return { outcome: 'unknown' };
      if (answer.status === 200) return { outcome: 'cancelled' };
      return { outcome: 'paid', capture: { paymentId, ...read(answer, refusedCancelSchema, [409]).payment } };
    },
    async refundPayment({ paymentId, amountMinor, currency, refundKey }) {
      const answer = await call('POST', `/payments/${paymentId}/refunds`, { amountMinor }, refundKey);
      return { paymentId, currency, ...read(answer, refundSchema, [200, 201]) };
    },
    async listPayments({ cursor, madeSince }) {
      const query = new URLSearchParams({
        ...(cursor === null ? {} : { cursor }),
        ...(madeSince === null ? {} : { madeSince: madeSince.toISOString() }),
      });
      const { items, next } = read(await call('GET', `/payments?${query.toString()}`), listedSchema, [200]);
      return { items: items.map(toPayment), next };
    },
    checkWebhook(headers, body) {
      // Forged or too old: the caller answers 400, which says no more than that.
      const eventId = checkSignature(headers, body);
      return eventId === null ? { ok: false } : { ok: true, eventId };
    },
    readEvent(payload) {
      const event = v.safeParse(eventSchema, payload);
      if (event.success) return toEvent(event.output);
      const known = eventSchema.options.some(
        (option) => v.is(typedSchema, payload) && option.entries.type.literal === payload.type,
      );
      if (v.is(typedSchema, payload) && !known) return { kind: 'ignored' };
      throw new TypeError('the payload is not an event of the sandbox provider');
    },
  };
}

function toPayment({
  paymentId,
  currency,
  captureId,
  capturedMinor,
  refunds,
}: v.InferOutput<typeof listedSchema>['items'][number]): ProviderPayment {
  return {
    paymentId,
    captures: captureId === null ? [] : [{ paymentId, captureId, amountMinor: capturedMinor, currency }],
    refunds: refunds.map((refund) => ({ paymentId, currency, ...refund })),
  };
}

function toEvent({ type, data }: v.InferOutput<typeof eventSchema>): ReturnType<PaymentProvider['readEvent']> {
  switch (type) {
    case 'payment.succeeded':
      return { kind: 'captured', capture: data };
    case 'payment.failed':
      return { kind: 'failed', paymentId: data.paymentId };
    case 'payment.cancelled':
      return { kind: 'cancelled', paymentId: data.paymentId };
    case 'refund.succeeded':
      return { kind: 'refunded', refund: data };
  }
}

/** The body of an expected answer. A refusal that makes no sense to us is an outage: someone has to look at it. */
function read<S extends v.GenericSchema>(answer: ProviderAnswer, schema: S, statuses: number[]): v.InferOutput<S> {
  const parsed = v.safeParse(schema, answer.body);
  if (statuses.includes(answer.status) && parsed.success) return parsed.output;
  const code = v.is(v.object({ code: v.string() }), answer.body) ? answer.body.code : 'no code';
  throw new OperatingError(
    'payment_provider_unavailable',
    {},
    { message: `the provider answered ${answer.status} (${code})` },
  );
}
