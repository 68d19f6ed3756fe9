import { parse } from 'uuid';
import { toBase64Url } from '../platform/random.ts';
import { signJwt, type SigningKey } from './jwt.ts';
import { GATE_AUDIENCE, REVOCATION_LIST } from './kinds.ts';

/** A list lives for a day: a gate without a network goes on with the last one it had, and says how old it is. */
const TTL_SECONDS = 24 * 3600;

/** `transferred` are those of `ticketIds` that somebody else has now, by another ticket. */
export type RevocationList = {
  issuer: string;
  performanceId: string;
  ticketIds: readonly string[];
  transferred: readonly string[];
  nowMs: number;
};

/** Signs the list of a performance's revoked entry tickets (EdDSA, core's key), for gates that work without a network. */
export async function signRevocationList(key: SigningKey, list: RevocationList): Promise<string> {
  const iat = Math.floor(list.nowMs / 1000);
  return signJwt(REVOCATION_LIST, key, {
    iss: list.issuer,
    aud: GATE_AUDIENCE,
    sub: list.performanceId,
    revoked: list.ticketIds.map(short),
    transferred: list.transferred.map(short),
    iat,
    exp: iat + TTL_SECONDS,
  });
}

const short = (id: string): string => toBase64Url(Uint8Array.from(parse(id)));
