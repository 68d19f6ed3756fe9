import * as v from 'valibot';

/** What an operator gives back of a booking; without an amount, all that was taken. The rest is kept as a fee. */
export const refundRequestSchema = v.strictObject({
  amountMinor: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(1))),
});
export type RefundRequest = v.InferOutput<typeof refundRequestSchema>;

/**
 * Work that was laid aside for a person: of the outbox, of the inbox, or an event that an endpoint did not take, as
 * `GET operator/dead-letters` answers it. `id` is `outbox-<row id>`, `inbox-<provider/event id, base64url>` or `webhook-<row id>`.
 */
export type DeadLetter = {
  id: string;
  kind: string;
  bookingId: string | null;
  attempts: number;
  lastError: string | null;
  deadAt: string;
};
