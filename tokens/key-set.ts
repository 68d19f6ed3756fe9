import {
  base64url,
  createLocalJWKSet,
  importJWK,
  type CryptoKey,
  type JSONWebKeySet,
  type JWK,
  type JWTVerifyGetKey,
  errors,
} from 'jose';
import * as v from 'valibot';
import { toBase64Url } from '../platform/random.ts';
import type { QuickSign, SigningKey } from './jwt.ts';

/**
 * Key sets. The first key of a list signs, the others only verify: publish a new key at the end, wait, move it to the front,
 * retire the old one after the longest `exp` (DESIGN §5).
 */
const okpKeySchema = v.object({
  kty: v.literal('OKP'),
  crv: v.literal('Ed25519'),
  kid: v.string(),
  x: v.string(),
  d: v.exactOptional(v.string()),
});
const octKeySchema = v.object({ kty: v.literal('oct'), kid: v.string(), k: v.string() });

export const okpKeySetSchema = v.object({ keys: v.pipe(v.array(okpKeySchema), v.minLength(1)) });
export const edgeKeySetSchema = v.object({
  queue: v.pipe(v.array(octKeySchema), v.minLength(1)),
  pass: v.pipe(v.array(okpKeySchema), v.minLength(1)),
});
export type OkpKeySet = v.InferOutput<typeof okpKeySetSchema>;
export type OkpJwk = OkpKeySet['keys'][number];
export type EdgeKeySet = v.InferOutput<typeof edgeKeySetSchema>;

/** The signing key of an Ed25519 set: its first, which must be private. `quick` makes a runtime's own quick way to sign with it. */
export async function ed25519SigningKey(set: OkpKeySet, quick?: (jwk: OkpJwk) => QuickSign): Promise<SigningKey> {
  const [jwk] = set.keys;
  if (jwk?.d === undefined) throw new TypeError('the first key of the set is not private, so it cannot sign');
  const key = await importKey(jwk, 'EdDSA');
  return { kid: jwk.kid, alg: 'EdDSA', key, ...(quick === undefined ? {} : { quick: quick(jwk) }) };
}

/** The public half of an Ed25519 set, as it is published. */
export const publicKeySet = (set: OkpKeySet): JSONWebKeySet => ({
  keys: set.keys.map(({ kid, x }) => ({ kty: 'OKP', crv: 'Ed25519', kid, x, alg: 'EdDSA', use: 'sig' })),
});

/** Verification keys from a set that is at hand. */
export const localKeys = (set: OkpKeySet): JWTVerifyGetKey => createLocalJWKSet(publicKeySet(set));

/** The signing key of an HMAC set: its first. `hmac` is a runtime's own quick way to sign with it. */
export async function hmacSigningKey(set: EdgeKeySet, hmac?: (secret: Uint8Array) => QuickSign): Promise<SigningKey> {
  const [jwk] = set.queue;
  if (jwk === undefined) throw new TypeError('the set has no queue key');
  const key = await importKey(jwk, 'HS256');
  return { kid: jwk.kid, alg: 'HS256', key, quick: hmac?.(base64url.decode(jwk.k)) ?? webHmac(key) };
}

/** Verification keys of an HMAC set, by `kid`; jose's own key sets take no symmetric keys. */
export function hmacKeys(set: EdgeKeySet): JWTVerifyGetKey {
  const imported = new Map(set.queue.map((jwk) => [jwk.kid, importKey(jwk, 'HS256')]));
  return async (header) => {
    const key = header.kid === undefined ? undefined : imported.get(header.kid);
    if (key === undefined) throw new errors.JWKSNoMatchingKey();
    return key;
  };
}

/** By Web Crypto, for runtimes without a quicker one of their own. */
const webHmac =
  (key: CryptoKey): QuickSign =>
  async (text) =>
    toBase64Url(new Uint8Array(await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(text))));

async function importKey(jwk: JWK, alg: string): Promise<CryptoKey> {
  const key = await importJWK(jwk, alg);
  if (key instanceof Uint8Array)
    return crypto.subtle.importKey('raw', key.slice(), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify']);
  return key;
}
