import * as v from 'valibot';

/** What an operator gives back of a booking; without an amount, all that was taken. The rest is kept as a fee. */
export const refundRequestSchema = v.strictObject({
  amountMinor: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(1))),
});
export type RefundRequest = v.InferOutput<typeof refundRequestSchema>;
