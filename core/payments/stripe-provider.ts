import type Stripe from 'stripe';
import { OperatingError } from '../../platform/operating-error.ts';
import type { Capture, NewProviderPayment, PaymentProvider, ProviderPayment, Refund } from './provider.ts';
import { fromStripeAmount, toStripeAmount } from './stripe-amounts.ts';
import {
  createStripeAsk,
  createStripeClient,
  type StripeAnswer,
  type StripeAsk,
  type StripeSettings,
} from './stripe-calls.ts';
import { keptStripeEvent, paymentIdOf, readStripeEvent } from './stripe-events.ts';

/** How far a webhook's time may be off, seconds; Stripe's own advice. */
const TOLERANCE_SECONDS = 300;
/** Payment intents of one page of the ledger: the most that Stripe gives. */
const PAGE_SIZE = 100;
/** States in which a refund's money has left us, or is about to. */
const MADE = new Set(['succeeded', 'pending', 'requires_action']);
const UNDONE = new Set(['failed', 'canceled']);

type Session = Stripe.Checkout.Session;
type Parts = { stripe: Stripe; ask: StripeAsk };

/**
 * Stripe behind the port that every provider has (ADR 16): the buyer pays on the page of a Checkout Session, whose payment intent is
 * the payment. The session is found again by making it again under its idempotency key, our payment id. Tried against a stand-in
 * only (`local-stack/stripe-stand-in/`), never against Stripe itself.
 */
export function createStripeProvider(
  settings: StripeSettings,
  guardedAsk: StripeAsk = createStripeAsk(),
): PaymentProvider {
  const parts: Parts = { stripe: createStripeClient(settings), ask: guardedAsk };
  const { stripe, ask } = parts;
  return {
    name: 'stripe',
    createPayment: (payment) => openSession(parts, payment),
    cancelPayment: (payment) => endSession(parts, payment),
    refundPayment: (refund) => makeRefund(parts, refund),
    readPayment: (captureId) => readIntent(parts, captureId),
    async listPayments({ cursor, madeSince }) {
      const from = cursor === null ? {} : { starting_after: cursor };
      const since = madeSince === null ? {} : { created: { gte: Math.floor(madeSince.getTime() / 1000) } };
      const wish = { limit: PAGE_SIZE, ...from, ...since, expand: ['data.latest_charge.refunds'] };
      const page = valueOf(await ask(() => stripe.paymentIntents.list(wish)));
      const items = await Promise.all(page.data.map((intent) => toPayment(parts, intent)));
      const next = page.has_more ? (page.data.at(-1)?.id ?? null) : null;
      return { items: items.filter((item) => item !== null), next };
    },
    checkWebhook(headers, body) {
      const signature = headers.get('stripe-signature') ?? '';
      try {
        const event = stripe.webhooks.constructEvent(body, signature, settings.webhookSecret, TOLERANCE_SECONDS);
        const isUsable = typeof event.id === 'string' && event.id.length <= 255;
        return isUsable ? { ok: true, eventId: event.id, payloadJson: keptStripeEvent(event) } : { ok: false };
      } catch {
        // Forged, too old or no JSON: the caller answers 400, which says no more than that.
        return { ok: false };
      }
    },
    readEvent: readStripeEvent,
  };
}

const toSession = ({ paymentId, amountMinor, currency, returnUrl }: NewProviderPayment) => ({
  mode: 'payment' as const,
  // Cards and the wallets over them: paid at once or not at all, while the seats are kept.
  payment_method_types: ['card' as const],
  line_items: [
    {
      quantity: 1,
      price_data: {
        currency: currency.toLowerCase(),
        unit_amount: toStripeAmount(amountMinor, currency),
        product_data: { name: 'Tickets' },
      },
    },
  ],
  client_reference_id: paymentId,
  metadata: { paymentId },
  payment_intent_data: { metadata: { paymentId } },
  success_url: returnUrl,
  cancel_url: returnUrl,
});

async function openSession({ stripe, ask }: Parts, payment: NewProviderPayment) {
  const options = { idempotencyKey: payment.paymentId };
  const made = valueOf(await ask(() => stripe.checkout.sessions.create(toSession(payment), options)));
  // A repeated call is answered as the first was; how the session stands now has to be asked.
  const isNew = made.lastResponse.headers['idempotent-replayed'] !== 'true';
  const session = isNew ? made : await readSession({ stripe, ask }, made.id);
  const intent = paidIntentOf(session);
  // A session that is over has no page; there the shop says what became of the booking.
  if (intent === null) return { payUrl: session.url ?? payment.returnUrl };
  const payloadJson = JSON.stringify({ type: 'payment_intent.succeeded', data: { object: intent } });
  return { payUrl: payment.returnUrl, paid: { eventId: `capture:${intent.id}`, payloadJson } };
}

async function endSession({ stripe, ask }: Parts, payment: NewProviderPayment) {
  const options = { idempotencyKey: payment.paymentId };
  const { id } = valueOf(await ask(() => stripe.checkout.sessions.create(toSession(payment), options)));
  const ended = await ask(() => stripe.checkout.sessions.expire(id));
  if (ended.ok) return { outcome: 'cancelled' } as const;
  const session = await readSession({ stripe, ask }, id);
  const intent = paidIntentOf(session);
  if (intent !== null) return { outcome: 'paid', capture: toCapture(payment.paymentId, intent) } as const;
  if (session.status === 'expired') return { outcome: 'cancelled' } as const;
  throw unavailable(ended);
}

async function makeRefund({ stripe, ask }: Parts, refund: Capture & { refundKey: string }): Promise<Refund> {
  const { paymentId, captureId, amountMinor, currency, refundKey } = refund;
  const wish = { payment_intent: captureId, amount: toStripeAmount(amountMinor, currency), metadata: { paymentId } };
  const options = { idempotencyKey: `refund:${refundKey}` };
  const answer = await ask(() => stripe.refunds.create(wish, options));
  if (answer.ok && MADE.has(answer.value.status ?? '')) return toRefund(paymentId, answer.value);
  // A person was faster, in Stripe's dashboard: all money is back, which is what was asked for. A refusal stays under its idempotency
  // key, so a part that was too large is told as such still when the rest went back.
  if (!answer.ok && (answer.code === 'charge_already_refunded' || answer.code === 'amount_too_large')) {
    const payment = await readIntent({ stripe, ask }, captureId);
    const [last] = payment?.refunds ?? [];
    if (payment !== null && last !== undefined && sumOf(payment.refunds) >= sumOf(payment.captures)) return last;
  }
  // Not an outage: after some attempts the row waits for a person.
  throw new Error(`Stripe refused the refund (${answer.ok ? answer.value.status : answer.code})`);
}

const sumOf = (parts: readonly { amountMinor: number }[]): number =>
  parts.reduce((sum, { amountMinor }) => sum + amountMinor, 0);

async function readIntent(parts: Parts, captureId: string): Promise<ProviderPayment | null> {
  const expand = ['latest_charge.refunds'];
  const answer = await parts.ask(() => parts.stripe.paymentIntents.retrieve(captureId, { expand }));
  return answer.ok ? toPayment(parts, answer.value) : absent(answer);
}

const readSession = async ({ stripe, ask }: Parts, id: string): Promise<Session> =>
  valueOf(await ask(() => stripe.checkout.sessions.retrieve(id, { expand: ['payment_intent'] })));

const listRefunds = async ({ stripe, ask }: Parts, captureId: string): Promise<Stripe.Refund[]> =>
  valueOf(await ask(() => stripe.refunds.list({ payment_intent: captureId, limit: PAGE_SIZE }))).data;

function paidIntentOf({ payment_intent: intent }: Session): Stripe.PaymentIntent | null {
  return typeof intent === 'object' && intent?.status === 'succeeded' ? intent : null;
}

/** A payment intent with its money, or null when other software made it. */
async function toPayment(parts: Parts, intent: Stripe.PaymentIntent): Promise<ProviderPayment | null> {
  const paymentId = paymentIdOf(intent);
  if (paymentId === null) return null;
  const charge = typeof intent.latest_charge === 'object' ? intent.latest_charge : null;
  const expanded = charge?.refunds;
  const refunds = expanded?.has_more === true ? await listRefunds(parts, intent.id) : (expanded?.data ?? []);
  const inState = (states: ReadonlySet<string>) =>
    refunds.filter(({ status }) => states.has(status ?? '')).map((refund) => toRefund(paymentId, refund));
  return {
    paymentId,
    captures: intent.status === 'succeeded' ? [toCapture(paymentId, intent)] : [],
    refunds: inState(MADE),
    undone: inState(UNDONE),
  };
}

function toCapture(paymentId: string, intent: Stripe.PaymentIntent): Capture {
  const currency = intent.currency.toUpperCase();
  const amountMinor = fromStripeAmount(intent.amount_received, currency);
  return { paymentId, captureId: intent.id, amountMinor, currency };
}

function toRefund(paymentId: string, { id, amount, currency: code }: Stripe.Refund): Refund {
  const currency = code.toUpperCase();
  return { paymentId, refundId: id, amountMinor: fromStripeAmount(amount, currency), currency };
}

const absent = (answer: StripeAnswer<never> & { ok: false }): null => {
  if (answer.status === 404) return null;
  throw unavailable(answer);
};

function valueOf<T>(answer: StripeAnswer<T>): T {
  if (answer.ok) return answer.value;
  throw unavailable(answer);
}

/** A refusal that makes no sense to us is an outage: someone has to look at it. */
const unavailable = ({ status, code }: { status: number; code: string }): OperatingError =>
  new OperatingError('payment_provider_unavailable', {}, { message: `the provider answered ${status} (${code})` });
