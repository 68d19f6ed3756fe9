import { createLocalJWKSet, importJWK, jwtVerify, type JWTVerifyGetKey } from 'jose';
import * as v from 'valibot';
import {
  IDENTITY_ALGORITHMS,
  IDENTITY_TYPE,
  MAX_IDENTITY_LENGTH,
  MAX_IDENTITY_SECONDS,
  type IdentityKey,
} from '../contracts/identity-keys.ts';

/** How far the shop's clock may run ahead of ours, in seconds. */
const CLOCK_AHEAD_SECONDS = 60;

const claimsSchema = v.object({
  sub: v.pipe(v.string(), v.minLength(1), v.maxLength(256)),
  // Good for one room: a list of several would be good for each of them.
  aud: v.union([v.string(), v.strictTuple([v.string()])]),
  iat: v.number(),
  exp: v.number(),
});

/** Whom an identity names, or that it is none: callers are told no more, and neither is a log. */
export type CheckedIdentity = { ok: true; subject: string } | { ok: false };

/** A room's keys, ready to check with; each is good for its own `alg` only. */
export const identityKeySet = (keys: readonly IdentityKey[]): JWTVerifyGetKey =>
  createLocalJWKSet({ keys: keys.map((key) => ({ ...key })) });

/** Whether a key is a point or number that its algorithm can use, which its members alone don't show. */
export async function isUsableKey(key: IdentityKey): Promise<boolean> {
  try {
    await importJWK({ ...key }, key.alg);
    return true;
  } catch {
    // Whatever the runtime minds about the key, it can't check with it.
    return false;
  }
}

/**
 * Checks an identity that the shop signed: one of the room's keys by its pinned algorithm, `typ`, `aud` = the room and nothing else,
 * `sub`, and a life of at most `MAX_IDENTITY_SECONDS` that has begun and not ended. Not checked: `iss` (the key says who signed) and
 * whether it was used before (a second use finds the place taken).
 */
export async function verifyIdentity(
  keys: JWTVerifyGetKey,
  token: string,
  { room, nowMs }: { room: string; nowMs: number },
): Promise<CheckedIdentity> {
  if (token.length > MAX_IDENTITY_LENGTH) return { ok: false };
  try {
    const { payload } = await jwtVerify(token, keys, {
      typ: IDENTITY_TYPE,
      algorithms: [...IDENTITY_ALGORITHMS],
      audience: room,
      currentDate: new Date(nowMs),
      requiredClaims: ['sub', 'aud', 'iat', 'exp'],
    });
    const claims = v.safeParse(claimsSchema, payload);
    if (!claims.success) return { ok: false };
    const { sub, iat, exp } = claims.output;
    const begun = iat <= nowMs / 1000 + CLOCK_AHEAD_SECONDS;
    return begun && exp - iat <= MAX_IDENTITY_SECONDS ? { ok: true, subject: sub } : { ok: false };
  } catch {
    // jose's errors and those of a key that can't be used: all of them mean that nothing was proved.
    return { ok: false };
  }
}
