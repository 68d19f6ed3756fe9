import type { OperatorRole } from './token-claims.ts';

/** What a caller has to bring (DESIGN §6). */
export type Credential =
  | 'none'
  /** A signed queue ticket: Bearer or the ticket cookie. */
  | 'queue_ticket'
  /** The token of `POST rooms/{room}/feed-tokens`, which names a place for a minute. */
  | 'feed_token'
  /** A live access pass: Bearer or the pass cookie. */
  | 'access_pass'
  /** A hold receipt as Bearer or in the body. */
  | 'hold_receipt'
  /** The opaque token that `POST bookings` returned; for one entry ticket, also the token of whom it was given to. */
  | 'booking_token'
  /** The opaque token that `POST waitlist` returned, and the link of an offer's mail. */
  | 'waitlist_token'
  /** The short-lived code in a checkout address. */
  | 'checkout_code'
  /** A payment provider's webhook signature. */
  | 'webhook_signature'
  /** A session of an account: Bearer or the account cookie; or a configured identity provider's token as Bearer. */
  | 'account'
  | 'operator';

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/**
 * A route with the credentials it takes (DESIGN §6). The gate refuses early by the table of them (`routes.ts`), core judges again by it,
 * and the OpenAPI document is written from it. A route that is not there is not served.
 */
export type Route = {
  method: Method;
  /** hono syntax; core routes start with /v1. */
  path: string;
  /** All of these are needed; an empty list never occurs. */
  credentials: readonly [Credential, ...Credential[]];
  /** The owner's account does in place of the credentials, or may come beside them, which are in the body then. */
  account?: 'instead' | 'beside';
  /** The least role, for `operator` routes. */
  role?: OperatorRole;
  /** Whether an `Idempotency-Key` is required. */
  idempotent?: true;
  /** Largest body, in bytes, where it is not MAX_BODY_BYTES. */
  maxBodyBytes?: number;
  summary: string;
};
