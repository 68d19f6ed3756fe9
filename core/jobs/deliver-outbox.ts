import * as v from 'valibot';
import type { BookingStatus } from '../../contracts/bookings.ts';
import { readBooking } from '../../db/queries/bookings.ts';
import type { OutboxRow } from '../../db/queries/outbox.ts';
import { applyClaims, type BookingClaims } from '../../redis/inventory/apply-claims.ts';
import type { CoreDeps } from '../deps.ts';
import { toPlaces } from '../inventory/places.ts';
import type { PaymentProvider } from '../payments/provider.ts';
import { settleCapture } from '../payments/settle-capture.ts';
import { settleRefund } from '../payments/settle-refund.ts';

type Deps = Pick<CoreDeps, 'sql' | 'commits' | 'payments' | 'scripts' | 'catalogue' | 'inventory'>;

const refundSchema = v.object({
  paymentId: v.string(),
  captureId: v.string(),
  amountMinor: v.number(),
  currency: v.string(),
});
const cancelSchema = v.object({ paymentId: v.string() });

/** Does what one outbox row asks for; throws when it has to be tried again. Every kind is safe to repeat. */
export function deliverOutbox(deps: Deps, row: OutboxRow): Promise<void> {
  switch (row.kind) {
    case 'inventory.apply':
      return applyToInventory(deps, row.bookingId);
    case 'payment.refund':
      return refundPayment(deps, row);
    case 'payment.cancel':
      return cancelPayment(deps, row);
  }
}

/** Brings the booking as it is now into Redis: rows that come late or twice then say the same. */
async function applyToInventory(deps: Deps, bookingId: string): Promise<void> {
  const booking = await readBooking(deps.sql, bookingId);
  const performance = booking && (await deps.catalogue.performance(booking.performanceId));
  if (!booking || !performance) throw new TypeError('the booking or its performance is not here');
  const { room, performanceId, version, holdId } = booking;
  const places = toPlaces(performance, booking.items, [booking.fromLeg, booking.toLeg]);
  const claims = { bookingId, version, state: CLAIM_STATES[booking.status], holdId, places };
  await deps.inventory.use(performance, () => applyClaims(deps.scripts, { room, performanceId }, claims));
}

const CLAIM_STATES: Record<BookingStatus, BookingClaims['state']> = {
  pending_payment: 'pending',
  confirmed: 'sold',
  expired: 'free',
  cancelled: 'free',
  refunded: 'free',
};

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
