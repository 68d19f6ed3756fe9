import * as v from 'valibot';
import { readBooking } from '../../db/queries/bookings.ts';
import type { OutboxRow } from '../../db/queries/outbox.ts';
import type { CoreDeps } from '../deps.ts';
import type { PaymentProvider } from '../payments/provider.ts';
import { settleCapture } from '../payments/settle-capture.ts';
import { settleRefund } from '../payments/settle-refund.ts';

type Deps = Pick<CoreDeps, 'sql' | 'commits' | 'payments'>;

const refundSchema = v.object({
  paymentId: v.string(),
  captureId: v.string(),
  amountMinor: v.number(),
  currency: v.string(),
});
const cancelSchema = v.object({ paymentId: v.string() });

/** Refunds or cancels at the provider what one outbox row asks for; throws when it has to be tried again. Safe to repeat. */
export function settlePayment(deps: Deps, row: OutboxRow): Promise<void> {
  return row.kind === 'payment.refund' ? refundPayment(deps, row) : cancelPayment(deps, row);
}

async function refundPayment(deps: Deps, row: OutboxRow): Promise<void> {
  const { captureId, ...refund } = parse(refundSchema, row.payload);
  const provider = await providerOf(deps, row, refund.paymentId);
  // The capture's own key: however often this row comes, the money goes back once.
  const refunded = await provider.refundPayment({ ...refund, refundKey: `${refund.paymentId}:${captureId}` });
  await settleRefund(deps, refunded);
}

async function cancelPayment(deps: Deps, row: OutboxRow): Promise<void> {
  const { paymentId } = parse(cancelSchema, row.payload);
  const provider = await providerOf(deps, row, paymentId);
  const answer = await provider.cancelPayment(paymentId);
  if (answer.outcome === 'paid') await settleCapture(deps, answer.capture);
}

async function providerOf(deps: Deps, row: OutboxRow, paymentId: string): Promise<PaymentProvider> {
  const booking = await readBooking(deps.sql, row.bookingId);
  const payment = booking?.payments.find((attempt) => attempt.id === paymentId);
  const provider = payment && deps.payments.byName(payment.provider);
  if (provider === undefined) throw new TypeError('the payment or its provider is not here');
  return provider;
}

function parse<S extends v.GenericSchema>(schema: S, payload: unknown): v.InferOutput<S> {
  const result = v.safeParse(schema, payload);
  if (!result.success) throw new TypeError('the payload is not what its kind needs');
  return result.output;
}
