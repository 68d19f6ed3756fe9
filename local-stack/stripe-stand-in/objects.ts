import * as v from 'valibot';

/**
 * What the stand-in keeps of a payment: a Checkout Session and, once somebody tried to pay, its payment intent.
 *
 *   session  open ─paid─► complete, open ─expire─► expired
 *   intent   none ─declined─► requires_payment_method ─paid─► succeeded, none or declined ─expire─► canceled
 */
const money = { amount: v.number(), currency: v.string() };
const metadata = v.record(v.string(), v.string());

const refundSchema = v.object({
  id: v.string(),
  amount: v.number(),
  status: v.picklist(['succeeded', 'failed']),
  metadata,
  created: v.number(),
});
const disputeSchema = v.object({ id: v.string(), status: v.string(), created: v.number() });

export const paymentSchema = v.object({
  sessionId: v.string(),
  intentId: v.string(),
  chargeId: v.string(),
  created: v.number(),
  ...money,
  clientReferenceId: v.string(),
  metadata,
  intentMetadata: metadata,
  successUrl: v.string(),
  cancelUrl: v.string(),
  status: v.picklist(['open', 'complete', 'expired']),
  intent: v.picklist(['none', 'requires_payment_method', 'succeeded', 'canceled']),
  refunds: v.array(refundSchema),
  disputes: v.array(disputeSchema),
});
export type StandInPayment = v.InferOutput<typeof paymentSchema>;
export type StandInRefund = v.InferOutput<typeof refundSchema>;

/** The sum of what went back, in Stripe's units. */
export const refundedOf = (payment: StandInPayment): number =>
  payment.refunds.reduce((sum, { status, amount }) => sum + (status === 'succeeded' ? amount : 0), 0);

/** A Checkout Session as the API shows it, with the fields that an integration reads. */
export const toSession = (payment: StandInPayment, publicUrl: string, expanded: boolean) => ({
  id: payment.sessionId,
  object: 'checkout.session',
  amount_total: payment.amount,
  cancel_url: payment.cancelUrl,
  client_reference_id: payment.clientReferenceId,
  created: payment.created,
  currency: payment.currency,
  livemode: false,
  metadata: payment.metadata,
  mode: 'payment',
  payment_intent: payment.intent === 'none' ? null : idOr(expanded, payment.intentId, () => toIntent(payment, false)),
  payment_status: payment.intent === 'succeeded' ? 'paid' : 'unpaid',
  status: payment.status,
  success_url: payment.successUrl,
  url: payment.status === 'open' ? `${publicUrl}/c/pay/${payment.sessionId}` : null,
});

/** A PaymentIntent; `expanded`: with its charge and the charge's refunds instead of their ids. */
export const toIntent = (payment: StandInPayment, expanded: boolean) => ({
  id: payment.intentId,
  object: 'payment_intent',
  amount: payment.amount,
  amount_received: payment.intent === 'succeeded' ? payment.amount : 0,
  created: payment.created,
  currency: payment.currency,
  latest_charge:
    payment.intent === 'succeeded' ? idOr(expanded, payment.chargeId, () => toCharge(payment, true)) : null,
  livemode: false,
  metadata: payment.intentMetadata,
  status: payment.intent,
});

/** A Charge, in whose events refunds stand as a sum only. */
export const toCharge = (payment: StandInPayment, withRefunds: boolean) => ({
  id: payment.chargeId,
  object: 'charge',
  amount: payment.amount,
  amount_refunded: refundedOf(payment),
  currency: payment.currency,
  metadata: payment.intentMetadata,
  payment_intent: payment.intentId,
  refunded: refundedOf(payment) >= payment.amount,
  ...(withRefunds ? { refunds: toList(payment.refunds.map((refund) => toRefund(payment, refund))) } : {}),
});

/** A Refund. */
export const toRefund = (payment: StandInPayment, refund: StandInRefund) => ({
  id: refund.id,
  object: 'refund',
  amount: refund.amount,
  charge: payment.chargeId,
  created: refund.created,
  currency: payment.currency,
  metadata: refund.metadata,
  payment_intent: payment.intentId,
  status: refund.status,
});

/** A Dispute, always for the whole charge. */
export const toDispute = (payment: StandInPayment, { id, status, created }: StandInPayment['disputes'][number]) => ({
  id,
  object: 'dispute',
  amount: payment.amount,
  charge: payment.chargeId,
  created,
  currency: payment.currency,
  metadata: {},
  payment_intent: payment.intentId,
  reason: 'fraudulent',
  status,
});

/** A page of a list (https://docs.stripe.com/api/pagination). */
export const toList = <T>(data: T[], hasMore = false, url = '/v1') => ({
  object: 'list',
  data,
  has_more: hasMore,
  url,
});

/** Another object by its id, or itself where the caller asked to expand it. */
const idOr = <T>(expanded: boolean, id: string, object: () => T): string | T => (expanded ? object() : id);
