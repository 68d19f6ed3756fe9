import * as v from 'valibot';
import type { Money } from './holds.ts';
import { plainText } from './plain-text.ts';

const personName = plainText(1, 120);

export const buyerSchema = v.strictObject({
  name: personName,
  email: v.pipe(v.string(), v.trim(), v.email(), v.maxLength(254)),
});

export const bookingRequestSchema = v.strictObject({
  receipt: v.pipe(v.string(), v.minLength(1), v.maxLength(16_384)),
  buyer: buyerSchema,
  passengers: v.optional(v.pipe(v.array(v.strictObject({ name: personName })), v.maxLength(50))),
});
export type BookingRequest = v.InferOutput<typeof bookingRequestSchema>;

export const BOOKING_STATUSES = ['pending_payment', 'confirmed', 'expired', 'cancelled', 'refunded'] as const;
export type BookingStatus = (typeof BOOKING_STATUSES)[number];
export const PAYMENT_STATUSES = ['open', 'captured', 'failed', 'cancelled', 'refunded'] as const;
export type PaymentStatus = (typeof PAYMENT_STATUSES)[number];

/** What `POST bookings` answers with 201. */
export type BookingCreated = {
  bookingId: string;
  status: BookingStatus;
  accessToken: string;
  payBy: string;
  payment: { provider: string; paymentId: string; checkoutUrl: string };
  total: Money;
  now: string;
};

/** What `GET bookings/{id}` answers. */
export type BookingView = {
  bookingId: string;
  performanceId: string;
  status: BookingStatus;
  items: { zoneId: string; seatId?: string; quantity: number; priceMinor: number }[];
  legs?: { from: string; to: string };
  buyer: { name: string; email: string };
  payBy?: string;
  payments: { paymentId: string; status: PaymentStatus; amountMinor: number }[];
  total: Money;
  now: string;
};

/** What `POST bookings/{id}/payments` answers: an open attempt comes back with a fresh address. */
export type PaymentAttempt = { provider: string; paymentId: string; checkoutUrl: string };

/** What `GET bookings/{id}/tickets` answers. `code` is the signed text inside the QR. */
export type EntryTicketsView = {
  tickets: { id: string; seat: string | null; zone: string; code: string; qrSvgUrl: string }[];
};

/** What a signed entry ticket says, before its signature (DESIGN §5). */
export type EntryTicket = {
  ticketId: string;
  bookingId: string;
  performanceId: string;
  seat: string | null;
  zone: string;
  /** Reissue counter: a higher version revokes a lower one. */
  version: number;
};
