import * as v from 'valibot';

/** What an operator asks to be compared: one performance's stock, or all of it and the money. */
export const reconciliationRequestSchema = v.strictObject({
  performanceId: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(100))),
});
export type ReconciliationRequest = v.InferOutput<typeof reconciliationRequestSchema>;

/** What a reader of a report needs of it; more may be there. */
export const reconciliationReportSchema = v.object({
  id: v.string(),
  state: v.picklist(['due', 'finished', 'failed']),
  summary: v.nullable(v.looseObject({ differences: v.number(), repaired: v.number(), left: v.number() })),
});
