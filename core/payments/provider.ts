import type { HeaderSource } from '../http/node-request.ts';

/** Money that the provider took: `captureId` is the provider's id of it, amounts are minor units. */
export type Capture = { paymentId: string; captureId: string; amountMinor: number; currency: string };
export type Refund = { paymentId: string; refundId: string; amountMinor: number; currency: string };

/** A buyer's bank takes a capture back, or wants to; `status` is the provider's word for where that stands. */
export type Dispute = {
  captureId: string;
  disputeId: string;
  status: string;
  stage: 'open' | 'over';
  reason: string;
  amountMinor: number;
  currency: string;
};

/** What a provider tells by webhook, in our words. Told more than once and in any order. */
export type ProviderEvent =
  | { kind: 'captured'; capture: Capture }
  /** The attempt is over; the buyer may make another. */
  | { kind: 'failed'; paymentId: string }
  /** The buyer's means were refused, but the same payment can still be paid. */
  | { kind: 'declined'; paymentId: string }
  | { kind: 'cancelled'; paymentId: string }
  | { kind: 'refunded'; refund: Refund }
  /** Something about this capture changed; what is true now, only the provider's ledger says (`readPayment`). */
  | { kind: 'look_up'; captureId: string }
  | { kind: 'disputed'; dispute: Dispute }
  /** A kind of event that changes nothing here. */
  | { kind: 'ignored' };

/** What cancelling came to: `unknown` = the provider was never asked for this payment, so nothing can land. */
export type CancelOutcome = { outcome: 'cancelled' } | { outcome: 'unknown' } | { outcome: 'paid'; capture: Capture };

/** A payment with all money that the provider moved for it. `undone`: refunds that were made and then failed, so that the money is here. */
export type ProviderPayment = { paymentId: string; captures: Capture[]; refunds: Refund[]; undone?: Refund[] };

export type NewProviderPayment = { paymentId: string; amountMinor: number; currency: string; returnUrl: string };

/**
 * A payment provider. Calls are bounded in time, safe to repeat, and throw `OperatingError` `payment_provider_unavailable` when
 * it can't be asked; payment ids are ours.
 */
export type PaymentProvider = {
  /** Stands in addresses and rows. */
  name: string;
  /**
   * Makes the payment, once however often it is asked; returns where the buyer pays. `paid` when that has happened already: the event
   * that its webhook tells or told, as `readEvent` takes it.
   */
  createPayment(
    payment: NewProviderPayment,
  ): Promise<{ payUrl: string; paid?: { eventId: string; payloadJson: string } }>;
  cancelPayment(payment: NewProviderPayment): Promise<CancelOutcome>;
  /** Gives a capture back, or a part of it; `refundKey` makes repeated calls one refund. */
  refundPayment(refund: Capture & { refundKey: string }): Promise<Refund>;
  /** The payment of one capture, or null. A provider that never tells `look_up` or `disputed` has none. */
  readPayment?(captureId: string): Promise<ProviderPayment | null>;
  /**
   * A page of its ledger, in an order of the provider's own; no cursor begins, and a null `next` is the end. `madeSince`: payments made
   * earlier may be left out.
   */
  listPayments(wish: {
    cursor: string | null;
    madeSince: Date | null;
  }): Promise<{ items: ProviderPayment[]; next: string | null }>;
  /** Judges a webhook's signature and age; `payloadJson` is what of it is kept and read later, all of it when absent. */
  checkWebhook(
    headers: HeaderSource,
    body: string,
  ): { ok: true; eventId: string; payloadJson?: string } | { ok: false };
  /** Reads a payload that was kept. Throws TypeError when it is none of the provider's. */
  readEvent(payload: unknown): ProviderEvent;
};

/** The providers of this installation: `current` takes new payments, the others still settle old ones. */
export type PaymentProviders = { current: PaymentProvider; byName(name: string): PaymentProvider | undefined };

/** The registry of some providers; the first is `current`. */
export function createProviders(current: PaymentProvider, ...others: PaymentProvider[]): PaymentProviders {
  const all = new Map([current, ...others].map((provider) => [provider.name, provider]));
  return { current, byName: (name) => all.get(name) };
}
