import type { JWTVerifyGetKey } from 'jose';
import type { OperatorClaims } from '../contracts/token-claims.ts';
import { verifyJwt, type Verified } from './jwt.ts';
import { CORE_AUDIENCE, OPERATOR_TOKEN } from './kinds.ts';

/** Checks an operator token; whether its role suffices is `roleAllows`. */
export const verifyOperatorToken = (
  keys: JWTVerifyGetKey,
  token: string,
  expected: { issuer: string; nowMs: number },
): Promise<Verified<OperatorClaims>> =>
  verifyJwt(OPERATOR_TOKEN, keys, token, { issuer: expected.issuer, audience: CORE_AUDIENCE, nowMs: expected.nowMs });
