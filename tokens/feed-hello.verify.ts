import type { JWTVerifyGetKey } from 'jose';
import type { FeedHelloClaims } from '../contracts/token-claims.ts';
import { verifyJwt, type Verified } from './jwt.ts';
import { FEED_AUDIENCE, FEED_HELLO } from './kinds.ts';

/** Checks a feed token; its room must be compared with the socket's address by the caller. */
export const verifyFeedHello = (
  keys: JWTVerifyGetKey,
  token: string,
  expected: { issuer: string; nowMs: number },
): Promise<Verified<FeedHelloClaims>> =>
  verifyJwt(FEED_HELLO, keys, token, { issuer: expected.issuer, audience: FEED_AUDIENCE, nowMs: expected.nowMs });
