import { randomBytes } from 'node:crypto';
import * as v from 'valibot';
import type { Clock } from '../../platform/clock.ts';
import { PLAIN_WEBHOOK, type WebhookWish } from '../sandbox-payments/payments.ts';
import type { WebhookSender } from '../webhook-sender.ts';
import type { Form } from './form.ts';
import { refundedOf, toCharge, toDispute, toIntent, toRefund, toSession, type StandInPayment } from './objects.ts';
import type { Records, StandInEvent } from './records.ts';

/** A refusal in Stripe's shape (https://docs.stripe.com/api/errors). */
export type Refusal = { status: number; type: string; code?: string; message: string };
/** A call that is refused; the app answers what it says. */
export class StripeRefusal extends Error {
  override readonly name = 'StripeRefusal';
  readonly refusal: Refusal;
  constructor(refusal: Refusal) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

const whole = v.pipe(v.string(), v.regex(/^[1-9]\d{0,7}$/), v.transform(Number));
const metadata = v.optional(v.record(v.string(), v.string()), {});
const sessionSchema = v.object({
  mode: v.literal('payment'),
  line_items: v.object({
    0: v.object({
      quantity: v.literal('1'),
      price_data: v.object({
        currency: v.pipe(v.string(), v.regex(/^[a-z]{3}$/)),
        unit_amount: whole,
        product_data: v.object({ name: v.string() }),
      }),
    }),
  }),
  client_reference_id: v.optional(v.string(), ''),
  metadata,
  payment_intent_data: v.optional(v.object({ metadata }), {}),
  success_url: v.pipe(v.string(), v.url()),
  cancel_url: v.optional(v.string(), ''),
});
const refundSchema = v.object({ payment_intent: v.string(), amount: v.optional(whole), metadata });

export type StandInAccount = ReturnType<typeof createAccount>;

/** The decisions of the stand-in over its records; every change is kept before it is answered or told by webhook. */
// oxlint-disable-next-line max-lines-per-function -- one closure: all its parts share what it remembers
export function createAccount(parts: {
  records: Records;
  sender: WebhookSender<StandInEvent>;
  clock: Clock;
  publicUrl: () => string;
}) {
  const { records, sender, clock } = parts;
  const now = () => Math.floor(clock.nowMs() / 1000);
  const tell = (type: string, object: Record<string, unknown>, wish: WebhookWish = PLAIN_WEBHOOK) =>
    sender.send({
      eventId: newStripeId('evt'),
      type,
      created: now(),
      object,
      copies: wish.copies,
      badSignature: wish.badSignature,
      reorder: wish.reorder,
      dueAtMs: clock.nowMs() + wish.delayMs,
      attempts: 0,
      state: 'due',
    });
  const change = (payment: StandInPayment, by: Partial<StandInPayment>): StandInPayment => {
    const changed = { ...payment, ...by };
    records.keepPayment(changed);
    return changed;
  };
  const ofIntent = (id: string): StandInPayment => {
    const found = [...records.payments.values()].find(({ intentId, intent }) => intentId === id && intent !== 'none');
    return found ?? missing('payment_intent', id);
  };

  return {
    session: (id: string): StandInPayment => records.payments.get(id) ?? missing('checkout.session', id),
    intent: ofIntent,
    /** By the id that the merchant gave; for testers. */
    byReference: (id: string): StandInPayment | undefined =>
      [...records.payments.values()].find(({ clientReferenceId }) => clientReferenceId === id),
    /** Payment intents, newest first, behind the one that is named; none created before `since` (seconds). */
    intents(
      { after, since }: { after: string | undefined; since: number },
      limit: number,
    ): { data: StandInPayment[]; hasMore: boolean } {
      const isWanted = ({ intent, created }: StandInPayment) => intent !== 'none' && created >= since;
      const all = [...records.payments.values()].filter(isWanted).toReversed();
      const from = after === undefined ? 0 : all.indexOf(ofIntent(after)) + 1;
      return { data: all.slice(from, from + limit), hasMore: from + limit < all.length };
    },
    createSession(form: Form): StandInPayment {
      const wish = parse(sessionSchema, form);
      const { currency, unit_amount: amount } = wish.line_items[0].price_data;
      return change(
        {
          sessionId: newStripeId('cs_test'),
          intentId: newStripeId('pi'),
          chargeId: newStripeId('ch'),
          created: now(),
          amount,
          currency,
          clientReferenceId: wish.client_reference_id,
          metadata: wish.metadata,
          intentMetadata: wish.payment_intent_data.metadata ?? {},
          successUrl: wish.success_url,
          cancelUrl: wish.cancel_url,
          status: 'open',
          intent: 'none',
          refunds: [],
          disputes: [],
        },
        {},
      );
    },
    expireSession(id: string): StandInPayment {
      const payment = this.session(id);
      if (payment.status !== 'open') {
        const message = 'Only Checkout Sessions with a status in ["open"] can be expired.';
        throw new StripeRefusal({ status: 400, type: 'invalid_request_error', message });
      }
      const isTried = payment.intent !== 'none';
      const expired = change(payment, { status: 'expired', intent: isTried ? 'canceled' : 'none' });
      if (isTried) tell('payment_intent.canceled', toIntent(expired, false));
      tell('checkout.session.expired', toSession(expired, parts.publicUrl(), false));
      return expired;
    },
    /** What the buyer does on the page. A declined card leaves the session open. */
    complete(id: string, outcome: 'succeed' | 'fail', wish?: WebhookWish): StandInPayment {
      const payment = this.session(id);
      if (payment.status !== 'open') {
        throw new StripeRefusal({ status: 409, type: 'invalid_request_error', message: 'The session is over.' });
      }
      if (outcome === 'fail') {
        const declined = change(payment, { intent: 'requires_payment_method' });
        tell('payment_intent.payment_failed', toIntent(declined, false), wish);
        return declined;
      }
      const paid = change(payment, { status: 'complete', intent: 'succeeded' });
      tell('payment_intent.succeeded', toIntent(paid, false), wish);
      return paid;
    },
    refund(form: Form): Record<string, unknown> {
      const wish = parse(refundSchema, form);
      const payment = ofIntent(wish.payment_intent);
      const left = payment.intent === 'succeeded' ? payment.amount - refundedOf(payment) : 0;
      if (left === 0) throw refused('charge_already_refunded', 'The charge has nothing left to refund.');
      const amount = wish.amount ?? left;
      if (amount > left)
        throw refused('amount_too_large', 'Refund amount is greater than unrefunded amount on charge.');
      const refund = {
        id: newStripeId('re'),
        amount,
        status: 'succeeded' as const,
        metadata: wish.metadata,
        created: now(),
      };
      const changed = change(payment, { refunds: [...payment.refunds, refund] });
      tell('charge.refunded', toCharge(changed, false));
      return toRefund(changed, refund);
    },
    refundsOf: (intentId: string): Record<string, unknown>[] => {
      const payment = ofIntent(intentId);
      return payment.refunds.toReversed().map((refund) => toRefund(payment, refund));
    },
    /** The bank sends a refund back, as when an account was closed. */
    failRefunds(payment: StandInPayment): void {
      const refunds = payment.refunds.map((refund) => ({ ...refund, status: 'failed' as const }));
      const changed = change(payment, { refunds });
      for (const refund of refunds) tell('refund.failed', toRefund(changed, refund));
    },
    /** A buyer disputes the charge, or the last dispute ends so. */
    dispute(payment: StandInPayment, status: string): void {
      const open = payment.disputes.at(-1);
      const dispute = { id: open?.id ?? newStripeId('du'), status, created: open?.created ?? now() };
      const changed = change(payment, { disputes: [dispute] });
      tell(`charge.dispute.${open === undefined ? 'created' : 'closed'}`, toDispute(changed, dispute));
    },
  };
}

const newStripeId = (prefix: string): string => `${prefix}_${randomBytes(12).toString('hex')}`;

function parse<S extends v.GenericSchema>(schema: S, form: Form): v.InferOutput<S> {
  const parsed = v.safeParse(schema, form);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  const message = `Invalid ${v.getDotPath(issue) ?? 'request'}: ${issue.message}`;
  throw new StripeRefusal({ status: 400, type: 'invalid_request_error', code: 'parameter_invalid', message });
}

const refused = (code: string, message: string) =>
  new StripeRefusal({ status: 400, type: 'invalid_request_error', code, message });

function missing(what: string, id: string): never {
  const message = `No such ${what}: '${id}'`;
  throw new StripeRefusal({ status: 404, type: 'invalid_request_error', code: 'resource_missing', message });
}
