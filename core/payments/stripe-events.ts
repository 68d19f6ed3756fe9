import * as v from 'valibot';
import { isId } from '../../platform/id.ts';
import type { Dispute, ProviderEvent } from './provider.ts';
import { fromStripeAmount } from './stripe-amounts.ts';

const metadata = v.optional(v.nullable(v.record(v.string(), v.string())));
/** Of a payment intent, and of a checkout session, only what is needed here. */
const payable = v.object({ id: v.string(), metadata });
const paidSchema = v.object({ ...payable.entries, amount_received: v.number(), currency: v.string() });
/** Of a charge and of a refund: which payment intent they are of. */
const ofIntent = v.object({ payment_intent: v.optional(v.nullable(v.string())) });
const disputeSchema = v.object({
  ...ofIntent.entries,
  id: v.string(),
  amount: v.number(),
  currency: v.string(),
  status: v.string(),
  reason: v.string(),
});
/** What a kind of event says, read from its object. Throws TypeError for an object of another shape, or an amount that is none. */
function reader<S extends v.GenericSchema>(schema: S, read: (object: v.InferOutput<S>) => ProviderEvent) {
  return (object: unknown): ProviderEvent => {
    const parsed = v.safeParse(schema, object);
    if (!parsed.success) throw new TypeError('the event is not one of Stripe');
    try {
      return read(parsed.output);
    } catch (error) {
      throw new TypeError('the event names no amount of a currency', { cause: error });
    }
  };
}

const cancelled = reader(payable, (object) => ofOurs('cancelled', paymentIdOf(object)));
// A sum, or a state that may have changed since: what is true now is read where it is kept.
const lookUp = reader(ofIntent, ({ payment_intent: captureId }) =>
  captureId ? { kind: 'look_up', captureId } : { kind: 'ignored' },
);
const disputed = (stage: Dispute['stage']) =>
  reader(disputeSchema, (object) => {
    if (!object.payment_intent) return { kind: 'ignored' };
    const { id: disputeId, status, reason } = object;
    const currency = object.currency.toUpperCase();
    const amountMinor = fromStripeAmount(object.amount, currency);
    const dispute = { captureId: object.payment_intent, disputeId, status, stage, reason, amountMinor, currency };
    return { kind: 'disputed', dispute };
  });

/** https://docs.stripe.com/api/events/types: those that mean something here. */
const READERS = new Map<string, (object: unknown) => ProviderEvent>([
  [
    'payment_intent.succeeded',
    reader(paidSchema, (object) => {
      const [paymentId, currency] = [paymentIdOf(object), object.currency.toUpperCase()];
      if (paymentId === null) return { kind: 'ignored' };
      const amountMinor = fromStripeAmount(object.amount_received, currency);
      return { kind: 'captured', capture: { paymentId, captureId: object.id, amountMinor, currency } };
    }),
  ],
  ['payment_intent.payment_failed', reader(payable, (object) => ofOurs('declined', paymentIdOf(object)))],
  ['payment_intent.canceled', cancelled],
  ['checkout.session.expired', cancelled],
  ['charge.refunded', lookUp],
  ['refund.updated', lookUp],
  ['refund.failed', lookUp],
  ['charge.dispute.created', disputed('open')],
  ['charge.dispute.closed', disputed('over')],
]);
const envelopeSchema = v.object({ type: v.string(), data: v.optional(v.object({ object: v.unknown() })) });

/**
 * Reads a kept event of Stripe in our words. Kinds that mean nothing here, and payments that other software made with the same
 * account, are `ignored`. Throws TypeError for what is no such event.
 */
export function readStripeEvent(payload: unknown): ProviderEvent {
  const event = v.safeParse(envelopeSchema, payload);
  if (!event.success) throw new TypeError('the payload is not an event of Stripe');
  const read = READERS.get(event.output.type);
  return read === undefined ? { kind: 'ignored' } : read(event.output.data?.object);
}

const told = v.optional(v.nullable(v.union([v.string(), v.number()])));
/** All that is read of an event's object. Stripe tells more: names, addresses and cards of buyers, which are nobody's business here. */
const keptSchema = v.object({
  id: v.string(),
  type: v.string(),
  created: v.optional(v.number()),
  data: v.object({
    object: v.object({
      id: told,
      object: told,
      metadata: v.optional(v.nullable(v.object({ paymentId: told }))),
      payment_intent: told,
      amount: told,
      amount_received: told,
      currency: told,
      status: told,
      reason: told,
    }),
  }),
});

/** An event as it is kept: what is read of it, as JSON. One of another shape keeps its kind only. */
export function keptStripeEvent(event: { id: string; type: string }): string {
  const kept = v.safeParse(keptSchema, event);
  return JSON.stringify(kept.success ? kept.output : { id: event.id, type: event.type });
}

/** Our id of a payment, which stands in its metadata; null for one that is not ours. */
export function paymentIdOf(object: { metadata?: Record<string, string> | null | undefined }): string | null {
  const id = object.metadata?.['paymentId'] ?? '';
  return isId(id) ? id : null;
}

const ofOurs = (kind: 'declined' | 'cancelled', paymentId: string | null): ProviderEvent =>
  paymentId === null ? { kind: 'ignored' } : { kind, paymentId };
