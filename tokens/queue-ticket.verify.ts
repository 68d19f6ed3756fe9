import { decodeProtectedHeader, type JWTVerifyGetKey } from 'jose';
import type { QueueTicketClaims } from '../contracts/token-claims.ts';
import { verifyJwt, type Verified } from './jwt.ts';
import { QUEUE_TICKET, queueAudience } from './kinds.ts';

/** Checks a queue ticket for one room; another room's ticket is `wrong_audience`. Whether it is spent only Redis knows. */
export const verifyQueueTicket = (
  keys: JWTVerifyGetKey,
  token: string,
  expected: { issuer: string; room: string; nowMs: number },
): Promise<Verified<QueueTicketClaims>> =>
  verifyJwt(QUEUE_TICKET, keys, token, {
    issuer: expected.issuer,
    audience: queueAudience(expected.room),
    nowMs: expected.nowMs,
  });

/** The `kid` that a token names; nothing is checked. Undefined for what is no token. */
export function kidOf(token: string): string | undefined {
  try {
    return decodeProtectedHeader(token).kid;
  } catch {
    return undefined;
  }
}
