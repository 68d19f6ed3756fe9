import type { JWTVerifyGetKey } from 'jose';
import type { AccessPassClaims } from '../contracts/token-claims.ts';
import { verifyJwt, type Verified } from './jwt.ts';
import { ACCESS_PASS, CORE_AUDIENCE } from './kinds.ts';

/** Checks an access pass. That its session still lives only the access key in Redis knows; the hold script looks. */
export const verifyAccessPass = (
  keys: JWTVerifyGetKey,
  token: string,
  expected: { issuer: string; nowMs: number },
): Promise<Verified<AccessPassClaims>> =>
  verifyJwt(ACCESS_PASS, keys, token, { issuer: expected.issuer, audience: CORE_AUDIENCE, nowMs: expected.nowMs });
