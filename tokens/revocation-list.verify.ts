import { base64url, type JWTVerifyGetKey } from 'jose';
import { stringify } from 'uuid';
import { verifyJwt } from './jwt.ts';
import { GATE_AUDIENCE, REVOCATION_LIST } from './kinds.ts';

/** The tickets that a signed list revokes; `issuedAtMs` says how old it is. Null when it is not ours, or older than a day. */
export type Revocations = {
  performanceId: string;
  ticketIds: ReadonlySet<string>;
  /** Those of them that somebody else has now, by another ticket. */
  transferred: ReadonlySet<string>;
  issuedAtMs: number;
};

/** Checks a revocation list offline, with core's public keys alone. */
export async function verifyRevocationList(
  keys: JWTVerifyGetKey,
  list: string,
  expected: { issuer: string; nowMs: number },
): Promise<Revocations | null> {
  const checked = await verifyJwt(REVOCATION_LIST, keys, list, { ...expected, audience: GATE_AUDIENCE });
  if (!checked.ok) return null;
  const { sub, iat, revoked, transferred } = checked.claims;
  return {
    performanceId: sub,
    ticketIds: new Set(revoked.map(toId)),
    transferred: new Set(transferred.map(toId)),
    issuedAtMs: iat * 1000,
  };
}

const toId = (short: string): string => stringify(base64url.decode(short));
