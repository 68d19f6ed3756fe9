import { newId } from '../../platform/id.ts';
import { isoTime, type Clock } from '../../platform/clock.ts';
import type { WebhookSender } from '../webhook-sender.ts';
import type { Journal } from './journal.ts';
import {
  PLAIN_WEBHOOK,
  refundedMinor,
  type NewPayment,
  type SandboxEvent,
  type SandboxPayment,
  type WebhookWish,
} from './payments.ts';

/** What a call on a payment can come to; a refusal carries the public code and its status. */
export type Outcome<T> =
  | { ok: true; value: T; isNew: boolean }
  | { ok: false; status: 404 | 409 | 422; code: string; detail: string; payment?: SandboxPayment };

export type SandboxProvider = ReturnType<typeof createProvider>;

const NO_PAYMENT = { ok: false, status: 404, code: 'payment_not_found', detail: 'There is no such payment.' } as const;

/** The provider's decisions over its journal; every change is kept before it is answered or told by webhook. */
// oxlint-disable-next-line max-lines-per-function -- one closure: all its parts share what it remembers
export function createProvider({
  journal,
  sender,
  clock,
}: {
  journal: Journal;
  sender: WebhookSender<SandboxEvent>;
  clock: Clock;
}) {
  const now = () => isoTime(clock.nowMs());

  const tell = (
    type: SandboxEvent['type'],
    payment: SandboxPayment,
    data: Partial<SandboxEvent['data']>,
    wish = PLAIN_WEBHOOK,
  ) =>
    sender.send({
      eventId: `evt_${newId()}`,
      type,
      at: now(),
      data: { paymentId: payment.paymentId, amountMinor: payment.amountMinor, currency: payment.currency, ...data },
      copies: wish.copies,
      badSignature: wish.badSignature,
      reorder: wish.reorder,
      dueAtMs: clock.nowMs() + wish.delayMs,
      attempts: 0,
      state: 'due',
    });

  return {
    find: (paymentId: string): SandboxPayment | undefined => journal.payments.get(paymentId),

    /** Payments after `cursor` (a payment id), oldest first, and none made before `madeSinceMs`. */
    list(
      { cursor, madeSinceMs }: { cursor: string | undefined; madeSinceMs: number },
      limit: number,
    ): { items: SandboxPayment[]; next: string | null } {
      const all = [...journal.payments.values()].filter(({ createdAt }) => Date.parse(createdAt) >= madeSinceMs);
      const from = cursor === undefined ? 0 : all.findIndex((payment) => payment.paymentId === cursor) + 1;
      const items = all.slice(from, from + limit);
      return { items, next: from + limit < all.length ? (items.at(-1)?.paymentId ?? null) : null };
    },

    create(wanted: NewPayment, idempotencyKey: string): Outcome<SandboxPayment> {
      const known = journal.payments.get(wanted.paymentId);
      if (known !== undefined) return repeatOf(known, wanted, idempotencyKey);
      const payment: SandboxPayment = {
        ...wanted,
        status: 'open',
        captureId: null,
        idempotencyKey,
        createdAt: now(),
        refunds: [],
      };
      journal.keepPayment(payment);
      return { ok: true, value: payment, isNew: true };
    },

    complete(
      paymentId: string,
      outcome: 'succeed' | 'fail',
      wish: WebhookWish = PLAIN_WEBHOOK,
    ): Outcome<SandboxPayment> {
      const payment = journal.payments.get(paymentId);
      if (payment === undefined) return NO_PAYMENT;
      if (payment.status !== 'open') return notOpen(payment);
      const captureId = outcome === 'succeed' ? `cap_${newId()}` : null;
      const done: SandboxPayment = { ...payment, status: captureId === null ? 'failed' : 'succeeded', captureId };
      journal.keepPayment(done);
      if (captureId === null) tell('payment.failed', done, {}, wish);
      else tell('payment.succeeded', done, { captureId }, wish);
      return { ok: true, value: done, isNew: true };
    },

    cancel(paymentId: string): Outcome<SandboxPayment> {
      const payment = journal.payments.get(paymentId);
      if (payment === undefined) return NO_PAYMENT;
      if (payment.status === 'succeeded') return notOpen(payment);
      if (payment.status !== 'open') return { ok: true, value: payment, isNew: false };
      const done: SandboxPayment = { ...payment, status: 'cancelled' };
      journal.keepPayment(done);
      tell('payment.cancelled', done, {});
      return { ok: true, value: done, isNew: true };
    },

    refund(paymentId: string, amountMinor: number, idempotencyKey: string): Outcome<SandboxPayment['refunds'][number]> {
      const payment = journal.payments.get(paymentId);
      if (payment === undefined) return NO_PAYMENT;
      const known = payment.refunds.find((refund) => refund.idempotencyKey === idempotencyKey);
      if (known?.amountMinor === amountMinor) return { ok: true, value: known, isNew: false };
      if (known !== undefined) return keyReused();
      if (payment.status !== 'succeeded') return notOpen(payment, 'Only a payment that succeeded can be refunded.');
      if (refundedMinor(payment) + amountMinor > payment.amountMinor) {
        return { ok: false, status: 409, code: 'refund_too_large', detail: 'More than was captured.', payment };
      }
      const refund = { refundId: `ref_${newId()}`, amountMinor, idempotencyKey, at: now() };
      const done = { ...payment, refunds: [...payment.refunds, refund] };
      journal.keepPayment(done);
      tell('refund.succeeded', done, { amountMinor, refundId: refund.refundId });
      return { ok: true, value: refund, isNew: true };
    },
  };
}

function repeatOf(known: SandboxPayment, wanted: NewPayment, idempotencyKey: string): Outcome<SandboxPayment> {
  const same =
    known.idempotencyKey === idempotencyKey &&
    known.amountMinor === wanted.amountMinor &&
    known.currency === wanted.currency &&
    known.returnUrl === wanted.returnUrl;
  return same ? { ok: true, value: known, isNew: false } : keyReused();
}

const keyReused = () =>
  ({
    ok: false,
    status: 422,
    code: 'idempotency_key_reused',
    detail: 'That key or payment id was used with other values.',
  }) as const;

function notOpen(payment: SandboxPayment, detail = `The payment is ${payment.status}.`): Outcome<never> {
  return { ok: false, status: 409, code: `payment_${payment.status}`, detail, payment };
}
