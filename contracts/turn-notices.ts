import * as v from 'valibot';
import { pushSubscriptionSchema } from './push.ts';

/**
 * What `POST turn-notices` takes: by which way whoever waits is to be told that their turn is near. The place is named by the token of
 * `POST rooms/{room}/feed-tokens`, which the visitor's browser sends as Bearer.
 */
export const turnNoticeRequestSchema = v.pipe(
  v.strictObject({
    email: v.optional(v.pipe(v.string(), v.trim(), v.email(), v.maxLength(254))),
    subscription: v.optional(pushSubscriptionSchema),
  }),
  v.check(({ email, subscription }) => (email === undefined) !== (subscription === undefined), 'name one way'),
);
export type TurnNoticeRequest = v.InferOutput<typeof turnNoticeRequestSchema>;

/** What it answers with 201. */
export type TurnNotice = { room: string; channel: 'mail' | 'push' };
