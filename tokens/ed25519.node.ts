import { createPrivateKey, sign } from 'node:crypto';
import type { QuickSign } from './jwt.ts';
import type { OkpJwk } from './key-set.ts';

/**
 * Ed25519 (RFC 8032) by Node's own call: what Web Crypto and jose put around each signature costs as much as the signature. Signs where it
 * is asked: to hand it to Node's thread pool and to hear of it again costs half a signature more.
 */
export const nodeEd25519 = (jwk: OkpJwk): QuickSign => {
  const key = createPrivateKey({ key: jwk, format: 'jwk' });
  return (text) => sign(null, Buffer.from(text), key).toString('base64url');
};
