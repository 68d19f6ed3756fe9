import { createPrivateKey, sign } from 'node:crypto';
import { promisify } from 'node:util';
import type { QuickSign } from './jwt.ts';
import type { OkpJwk } from './key-set.ts';

const signElsewhere = promisify(sign);

/**
 * Ed25519 (RFC 8032) by Node's own call: what Web Crypto and jose put around each signature costs as much as the signature. Signs in
 * Node's thread pool, so that the event loop goes on meanwhile.
 */
export const nodeEd25519 = (jwk: OkpJwk): QuickSign => {
  const key = createPrivateKey({ key: jwk, format: 'jwk' });
  return async (text) => (await signElsewhere(null, Buffer.from(text), key)).toString('base64url');
};
