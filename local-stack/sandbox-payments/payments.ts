import * as v from 'valibot';
import { DELIVERY_FIELDS } from '../webhook-sender.ts';

/**
 * What the sandbox provider keeps. A payment is `open` until it is completed or cancelled:
 *
 *   open ─succeed─► succeeded ─refunds─► (stays succeeded, refundedMinor grows)
 *     ├──fail────► failed
 *     └──cancel──► cancelled
 */
export const PAYMENT_STATES = ['open', 'succeeded', 'failed', 'cancelled'] as const;

const minorUnits = v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(100_000_000_00));

export const refundSchema = v.object({
  refundId: v.string(),
  amountMinor: v.number(),
  idempotencyKey: v.string(),
  at: v.string(),
});

export const paymentSchema = v.object({
  paymentId: v.string(),
  amountMinor: v.number(),
  currency: v.string(),
  returnUrl: v.string(),
  status: v.picklist(PAYMENT_STATES),
  /** Names the one capture of a succeeded payment. */
  captureId: v.nullable(v.string()),
  idempotencyKey: v.string(),
  createdAt: v.string(),
  refunds: v.array(refundSchema),
});
export type SandboxPayment = v.InferOutput<typeof paymentSchema>;

export const eventSchema = v.object({
  ...DELIVERY_FIELDS,
  type: v.picklist(['payment.succeeded', 'payment.failed', 'payment.cancelled', 'refund.succeeded']),
  at: v.string(),
  data: v.object({
    paymentId: v.string(),
    amountMinor: v.number(),
    currency: v.string(),
    captureId: v.optional(v.string()),
    refundId: v.optional(v.string()),
  }),
});
export type SandboxEvent = v.InferOutput<typeof eventSchema>;

export const newPaymentSchema = v.strictObject({
  paymentId: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{1,64}$/, 'an id of 1 to 64 letters, digits, _ and -')),
  amountMinor: minorUnits,
  currency: v.pipe(v.string(), v.regex(/^[A-Z]{3}$/, 'an ISO 4217 code')),
  returnUrl: v.pipe(
    v.string(),
    v.maxLength(2000),
    v.check((value) => URL.canParse(value) && /^https?:$/.test(new URL(value).protocol), 'an http(s) address'),
  ),
});
export type NewPayment = v.InferOutput<typeof newPaymentSchema>;

/** How a tester wants the webhook of one completion to misbehave. */
export const webhookWishSchema = v.strictObject({
  copies: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1000)), 1),
  delayMs: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(3_600_000)), 0),
  badSignature: v.optional(v.boolean(), false),
  reorder: v.optional(v.boolean(), false),
});
export type WebhookWish = v.InferOutput<typeof webhookWishSchema>;
/** A webhook that travels as it should. */
export const PLAIN_WEBHOOK: WebhookWish = { copies: 1, delayMs: 0, badSignature: false, reorder: false };

export const completionSchema = v.strictObject({
  outcome: v.picklist(['succeed', 'fail']),
  webhook: v.optional(webhookWishSchema),
});

export const newRefundSchema = v.strictObject({ amountMinor: minorUnits });

export const faultsSchema = v.strictObject({
  /** Every call but this one answers 503, and no webhook leaves. */
  down: v.optional(v.boolean()),
  /** Added to every call, in ms. */
  latencyMs: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(60_000))),
  /** Webhooks are lost without a trace and not retried. */
  dropWebhooks: v.optional(v.boolean()),
});
export type Faults = { down: boolean; latencyMs: number; dropWebhooks: boolean };

/** The sum of a payment's refunds, in minor units. */
export const refundedMinor = (payment: SandboxPayment): number =>
  payment.refunds.reduce((sum, refund) => sum + refund.amountMinor, 0);

/** A payment as the API shows it. */
export const toPaymentView = (payment: SandboxPayment, publicUrl: string) => ({
  paymentId: payment.paymentId,
  status: payment.status,
  amountMinor: payment.amountMinor,
  currency: payment.currency,
  captureId: payment.captureId,
  capturedMinor: payment.status === 'succeeded' ? payment.amountMinor : 0,
  refundedMinor: refundedMinor(payment),
  refunds: payment.refunds.map(({ refundId, amountMinor, at }) => ({ refundId, amountMinor, at })),
  payUrl: `${publicUrl}/pay/${payment.paymentId}`,
  createdAt: payment.createdAt,
});
