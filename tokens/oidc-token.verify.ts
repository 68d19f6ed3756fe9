import { decodeJwt, jwtVerify, type JWTVerifyGetKey } from 'jose';
import * as v from 'valibot';
import { refusalOf, type Verified } from './jwt.ts';

/** Signatures that a provider's key set can be trusted with: asymmetric ones only, since who checks an HMAC could forge it. */
export const OIDC_ALGORITHMS = ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA'] as const;
export type OidcAlgorithm = (typeof OIDC_ALGORITHMS)[number];

/** Whose tokens stand for accounts, and what they must be. */
export type OidcProvider = { issuer: string; audience: string; algorithms: readonly OidcAlgorithm[] };

const claimsSchema = v.object({
  iss: v.string(),
  sub: v.pipe(v.string(), v.minLength(1), v.maxLength(255)),
  exp: v.number(),
  email: v.pipe(v.string(), v.email(), v.maxLength(254)),
  // Some providers write it as text; nothing but true will do, since the address is what bookings are found by.
  email_verified: v.union([v.literal(true), v.literal('true')]),
});
export type OidcClaims = v.InferOutput<typeof claimsSchema>;

/** How far the provider's clock may be off, in seconds. */
const CLOCK_TOLERANCE_SECONDS = 5;

/**
 * Checks a token of a configured provider (OpenID Connect Core §3.1.3.7): signature by an allowed algorithm, issuer, audience, expiry,
 * a subject and a verified e-mail. Not checked: nonce and `at_hash`, which concern whoever fetched the token. Throws when the provider's
 * keys can't be had.
 */
export async function verifyOidcToken(
  provider: OidcProvider,
  keys: JWTVerifyGetKey,
  token: string,
  nowMs: number,
): Promise<Verified<OidcClaims>> {
  try {
    const { payload } = await jwtVerify(token, keys, {
      algorithms: [...provider.algorithms],
      issuer: provider.issuer,
      audience: provider.audience,
      currentDate: new Date(nowMs),
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      requiredClaims: ['exp', 'sub'],
    });
    const claims = v.safeParse(claimsSchema, payload);
    return claims.success ? { ok: true, claims: claims.output } : { ok: false, reason: 'invalid' };
  } catch (error) {
    return { ok: false, reason: refusalOf(error) };
  }
}

/** Whether a token says that it is of this issuer. Proves nothing: it tells which check a bearer is for. */
export function claimsIssuer(token: string, issuer: string): boolean {
  try {
    return decodeJwt(token).iss === issuer;
  } catch {
    // No JWT at all.
    return false;
  }
}
