import type { OperatorRole } from '../contracts/token-claims.ts';
import { newTicketId } from '../platform/random.ts';
import { signJwt, type SigningKey } from './jwt.ts';
import { CORE_AUDIENCE, OPERATOR_TOKEN } from './kinds.ts';

/** An operator token lives 12 hours at most: the length of a big day. */
export const MAX_OPERATOR_TOKEN_SECONDS = 12 * 3600;

export type OperatorToken = { issuer: string; operator: string; role: OperatorRole; ttlSeconds: number; nowMs: number };

/** Signs an operator token (EdDSA, the operators' own key). Throws RangeError for a life over 12 h. */
export async function signOperatorToken(key: SigningKey, token: OperatorToken): Promise<string> {
  if (!(token.ttlSeconds > 0 && token.ttlSeconds <= MAX_OPERATOR_TOKEN_SECONDS)) {
    throw new RangeError(`an operator token lives 1 to ${MAX_OPERATOR_TOKEN_SECONDS} seconds`);
  }
  const iat = Math.floor(token.nowMs / 1000);
  return signJwt(OPERATOR_TOKEN, key, {
    iss: token.issuer,
    aud: CORE_AUDIENCE,
    sub: token.operator,
    role: token.role,
    jti: newTicketId(),
    iat,
    exp: iat + Math.floor(token.ttlSeconds),
  });
}
