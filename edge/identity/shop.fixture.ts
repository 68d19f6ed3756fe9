import { generateKeyPair, exportJWK, SignJWT, type CryptoKey, type JWTPayload } from 'jose';
import * as v from 'valibot';
import { IDENTITY_TYPE, identityKeysSchema, type IdentityKey } from '../../contracts/identity-keys.ts';

export type SignOptions = {
  aud?: string | string[];
  typ?: string;
  nowMs: number;
  lifeSeconds?: number;
  kid?: string;
  claims?: JWTPayload;
};

/** A shop that signs identities: what an operator puts into the room's settings, and what it hands to its customers. */
export type TestShop = {
  key: IdentityKey;
  privateKey: CryptoKey;
  /** A good identity for the room `demo`, unless told otherwise. */
  sign(subject: string, options: SignOptions): Promise<string>;
};

/** Makes a shop with a key pair of its own. */
export async function openShop(alg: IdentityKey['alg'] = 'EdDSA', kid = 'shop-1'): Promise<TestShop> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const [key] = v.parse(identityKeysSchema, [{ ...(await exportJWK(publicKey)), alg, kid }]);
  if (key === undefined) throw new Error('no key was made');
  return {
    key,
    privateKey,
    sign(subject, { aud = 'demo', typ = IDENTITY_TYPE, nowMs, lifeSeconds = 300, kid: named = kid, claims = {} }) {
      const iat = Math.floor(nowMs / 1000);
      const token = new SignJWT({ sub: subject, aud, iat, exp: iat + lifeSeconds, ...claims });
      return token.setProtectedHeader({ alg, typ, kid: named }).sign(privateKey);
    },
  };
}
