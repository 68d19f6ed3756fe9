import * as v from 'valibot';
import { readBooking, type PaymentRow } from '../../db/queries/bookings.ts';
import type { OutboxRow } from '../../db/queries/outbox.ts';
import { toProviderPayment } from '../bookings/provider-payment.ts';
import type { CoreDeps } from '../deps.ts';
import type { PaymentProvider } from '../payments/provider.ts';
import { settleCapture } from '../payments/settle-capture.ts';
import { settleRefund } from '../payments/settle-refund.ts';

type Deps = Pick<CoreDeps, 'sql' | 'commits' | 'payments' | 'config'>;

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
  const refund = parse(refundSchema, row.payload);
  const { provider } = await findPaymentOf(deps, row, refund.paymentId);
  // The capture's own key: however often this row comes, the money goes back once.
  const refunded = await provider.refundPayment({ ...refund, refundKey: `${refund.paymentId}:${refund.captureId}` });
  await settleRefund(deps, refunded);
}

async function cancelPayment(deps: Deps, row: OutboxRow): Promise<void> {
  const { paymentId } = parse(cancelSchema, row.payload);
  const { payment, provider } = await findPaymentOf(deps, row, paymentId);
  const answer = await provider.cancelPayment(toProviderPayment(deps.config.origin, row.bookingId, payment));
  if (answer.outcome === 'paid') await settleCapture(deps, answer.capture);
}

async function findPaymentOf(
  deps: Deps,
  row: OutboxRow,
  paymentId: string,
): Promise<{ payment: PaymentRow; provider: PaymentProvider }> {
  const booking = await readBooking(deps.sql, row.bookingId);
  const payment = booking?.payments.find((attempt) => attempt.id === paymentId);
  const provider = payment && deps.payments.byName(payment.provider);
  if (payment === undefined || provider === undefined) throw new TypeError('the payment or its provider is not here');
  return { payment, provider };
}

function parse<S extends v.GenericSchema>(schema: S, payload: unknown): v.InferOutput<S> {
  const result = v.safeParse(schema, payload);
  if (!result.success) throw new TypeError('the payload is not what its kind needs');
  return result.output;
}
