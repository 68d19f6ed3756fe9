import * as v from 'valibot';
import { moneySchema, placesSchema, stretchSchema } from './holds.ts';
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

/** What `POST bookings/{id}/payments` answers: an open attempt comes back with a fresh address. */
export const paymentAttemptSchema = v.object({ provider: v.string(), paymentId: v.string(), checkoutUrl: v.string() });
export type PaymentAttempt = v.InferOutput<typeof paymentAttemptSchema>;

/** What `POST bookings` answers with 201. */
export const bookingCreatedSchema = v.object({
  bookingId: v.string(),
  status: v.picklist(BOOKING_STATUSES),
  accessToken: v.string(),
  payBy: v.string(),
  payment: paymentAttemptSchema,
  total: moneySchema,
  now: v.string(),
});
export type BookingCreated = v.InferOutput<typeof bookingCreatedSchema>;

/** What `GET bookings/{id}` answers. */
export const bookingViewSchema = v.object({
  bookingId: v.string(),
  performanceId: v.string(),
  status: v.picklist(BOOKING_STATUSES),
  items: placesSchema,
  legs: v.exactOptional(stretchSchema),
  buyer: v.object({ name: v.string(), email: v.string() }),
  payBy: v.exactOptional(v.string()),
  payments: v.array(
    v.object({
      paymentId: v.string(),
      status: v.picklist(PAYMENT_STATUSES),
      amountMinor: v.pipe(v.number(), v.integer()),
    }),
  ),
  total: moneySchema,
  now: v.string(),
});
export type BookingView = v.InferOutput<typeof bookingViewSchema>;

/** What `POST bookings/{id}/cancel` answers; the refund is on its way. */
export const cancelledSchema = v.object({
  status: v.literal('cancelled'),
  refund: v.exactOptional(v.object({ ...moneySchema.entries, status: v.literal('pending') })),
});
export type Cancelled = v.InferOutput<typeof cancelledSchema>;

/** What `GET bookings/{id}/tickets` answers. `code` is the signed text inside the QR. */
export const entryTicketsViewSchema = v.object({
  tickets: v.array(
    v.object({
      id: v.string(),
      seat: v.nullable(v.string()),
      zone: v.string(),
      code: v.string(),
      qrSvgUrl: v.string(),
    }),
  ),
  /** Those that were given away, where there are some. `takeBackUntil`: until when `POST entry-tickets/{id}/take-back` does so, if it does. */
  given: v.exactOptional(
    v.array(
      v.object({
        id: v.string(),
        seat: v.nullable(v.string()),
        zone: v.string(),
        to: v.object({ name: v.string() }),
        takeBackUntil: v.nullable(v.string()),
      }),
    ),
  ),
});
export type EntryTicketsView = v.InferOutput<typeof entryTicketsViewSchema>;

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
