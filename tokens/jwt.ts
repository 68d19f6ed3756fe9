import { errors, jwtVerify, SignJWT, type CryptoKey, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import * as v from 'valibot';
import { toBase64Url } from '../platform/random.ts';

/** A key that signs: `kid` goes into the header, so that verifiers pick the same one. */
export type SigningKey = { kid: string; alg: 'HS256' | 'EdDSA'; key: CryptoKey; quick?: QuickSign };

/** A key's signature (RFC 7515 §3.2) of a text, in base64url, by a way of the runtime's own that is quicker than Web Crypto. */
export type QuickSign = (text: string) => string | Promise<string>;

/** What every kind fixes (RFC 8725 §3.11, §3.12): the explicit `typ`, the one algorithm, the audience. */
export type TokenKind<S extends v.GenericSchema> = { typ: string; alg: 'HS256' | 'EdDSA'; schema: S };

/** Expected outcomes of a verification; `invalid` covers forged, malformed, another kind, another origin. */
export type Verified<T> = { ok: true; claims: T } | { ok: false; reason: 'invalid' | 'expired' | 'wrong_audience' };

/** Signs the claims as they stand; `iat` and `exp` are the caller's, since time comes from its clock. */
export async function signJwt(kind: TokenKind<v.GenericSchema>, key: SigningKey, claims: JWTPayload): Promise<string> {
  if (key.quick !== undefined && kind.alg === key.alg) {
    // The compact serialization of RFC 7515 §7.1, as jose writes it; the tests hold the two to the same text.
    const signed = `${headOf(kind, key)}.${toBase64UrlText(JSON.stringify(claims))}`;
    return `${signed}.${await key.quick(signed)}`;
  }
  return new SignJWT(claims).setProtectedHeader({ alg: kind.alg, typ: kind.typ, kid: key.kid }).sign(key.key);
}

const heads = new WeakMap<SigningKey, Map<string, string>>();

/** The header of a kind's tokens under a key, which is the same in all of them. */
function headOf(kind: TokenKind<v.GenericSchema>, key: SigningKey): string {
  const known = heads.get(key) ?? new Map<string, string>();
  heads.set(key, known);
  const head = known.get(kind.typ) ?? toBase64UrlText(JSON.stringify({ alg: kind.alg, typ: kind.typ, kid: key.kid }));
  known.set(kind.typ, head);
  return head;
}

const encoder = new TextEncoder();
const toBase64UrlText = (text: string): string => toBase64Url(encoder.encode(text));

export type VerifyOptions = {
  issuer: string;
  /** Exact audience; omitted where the kind carries it to be read (queue tickets name their room). */
  audience?: string;
  nowMs: number;
};

/** Checks signature, type, algorithm, issuer, audience, expiry and the shape of the claims, in that order. */
export async function verifyJwt<S extends v.GenericSchema>(
  kind: TokenKind<S>,
  keys: JWTVerifyGetKey,
  token: string,
  options: VerifyOptions,
): Promise<Verified<v.InferOutput<S>>> {
  try {
    const { payload } = await jwtVerify(token, keys, {
      typ: kind.typ,
      algorithms: [kind.alg],
      issuer: options.issuer,
      ...(options.audience === undefined ? {} : { audience: options.audience }),
      currentDate: new Date(options.nowMs),
      requiredClaims: ['exp', 'iat', 'sub'],
    });
    const claims = v.safeParse(kind.schema, payload);
    return claims.success ? { ok: true, claims: claims.output } : { ok: false, reason: 'invalid' };
  } catch (error) {
    return { ok: false, reason: refusalOf(error) };
  }
}

/** What an error of a verification says of the token. Throws it again when it says nothing: the keys could not be had. */
export function refusalOf(error: unknown): 'invalid' | 'expired' | 'wrong_audience' {
  if (error instanceof errors.JWTExpired) return 'expired';
  if (error instanceof errors.JWTClaimValidationFailed && error.claim === 'aud') return 'wrong_audience';
  // A key set that could not be fetched is no proof of forgery: the caller must answer 503, not 401.
  if (error instanceof errors.JOSEError && !(error instanceof errors.JWKSTimeout)) return 'invalid';
  if (error instanceof TypeError && error.message.includes('fetch failed')) throw error;
  if (error instanceof errors.JWKSTimeout) throw error;
  return 'invalid';
}
