import type { JWTVerifyGetKey } from 'jose';
import type { HoldReceiptClaims } from '../contracts/token-claims.ts';
import { verifyJwt, type Verified } from './jwt.ts';
import { CORE_AUDIENCE, HOLD_RECEIPT } from './kinds.ts';

/** Checks a hold receipt. Whether its seats are still held only Redis knows, whether they are sold only Postgres. */
export const verifyHoldReceipt = (
  keys: JWTVerifyGetKey,
  token: string,
  expected: { issuer: string; nowMs: number },
): Promise<Verified<HoldReceiptClaims>> =>
  verifyJwt(HOLD_RECEIPT, keys, token, { issuer: expected.issuer, audience: CORE_AUDIENCE, nowMs: expected.nowMs });
