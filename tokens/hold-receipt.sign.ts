import type { HeldItem, HoldReceiptClaims } from '../contracts/token-claims.ts';
import { signJwt, type SigningKey } from './jwt.ts';
import { CORE_AUDIENCE, HOLD_RECEIPT } from './kinds.ts';

/** A hold to be signed. `legs` are leg indexes [from, to); `fence` is `epoch.n`; times are ms. */
export type HoldReceipt = {
  issuer: string;
  owner: string;
  room: string;
  holdId: string;
  performanceId: string;
  items: HeldItem[];
  legs: [number, number];
  fence: string;
  /** Hash of the identity whose hold limit it counts against; absent: the owner's. */
  identity?: string | undefined;
  expiresAtMs: number;
  maxExpiresAtMs: number;
  nowMs: number;
};

/** Signs a hold receipt (EdDSA, until the hold's end): enough to book, to look at the hold and to give it back. */
export const signHoldReceipt = (key: SigningKey, hold: HoldReceipt): Promise<string> =>
  signJwt(HOLD_RECEIPT, key, holdReceiptClaims(hold));

/** What a hold's receipt says. */
export const holdReceiptClaims = (hold: HoldReceipt): HoldReceiptClaims => ({
  iss: hold.issuer,
  aud: CORE_AUDIENCE,
  sub: hold.owner,
  room: hold.room,
  holdId: hold.holdId,
  performanceId: hold.performanceId,
  items: hold.items,
  legs: hold.legs,
  fence: hold.fence,
  identity: hold.identity,
  maxExp: Math.floor(hold.maxExpiresAtMs / 1000),
  iat: Math.floor(hold.nowMs / 1000),
  exp: Math.floor(hold.expiresAtMs / 1000),
});
