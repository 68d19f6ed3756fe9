import * as v from 'valibot';

/** What `bin/dev --ready-file` writes once every part answers (DESIGN §8): where the parts are, and what opens them. */
export const readyFileSchema = v.object({
  edgeUrl: v.string(),
  coreUrl: v.string(),
  feedUrl: v.string(),
  redisUrl: v.string(),
  postgresUrl: v.string(),
  restUrl: v.string(),
  restToken: v.string(),
  operatorToken: v.string(),
  rooms: v.record(v.string(), v.object({ performances: v.array(v.string()) })),
  /** `sandboxUrl`: the sandbox provider, or the stand-in for Stripe, which testers drive by the same addresses. */
  payments: v.object({
    provider: v.optional(v.picklist(['sandbox', 'stripe'])),
    sandboxUrl: v.string(),
    webhookSecret: v.string(),
  }),
  /** Where the mail that core sends can be read; empty in files that older stacks wrote. */
  mailboxUrl: v.optional(v.string(), ''),
});
export type ReadyFile = v.InferOutput<typeof readyFileSchema>;
