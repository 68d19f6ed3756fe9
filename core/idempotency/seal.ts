import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';
import { systemRandom } from '../../platform/random.ts';

/**
 * Seals a stored answer with the credential of the request it answers (AES-256-GCM, key by HKDF): answers hold secrets of which the
 * database may keep hashes only, and whoever may have the answer again carries the credential.
 */
export function sealAnswer(credential: string, answer: string): string {
  const nonce = systemRandom.bytes(12);
  const cipher = createCipheriv('aes-256-gcm', keyOf(credential), nonce);
  const sealed = Buffer.concat([nonce, cipher.update(answer, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return sealed.toString('base64url');
}

/** Opens a sealed answer; null when it was sealed with another credential. */
export function openAnswer(credential: string, sealed: string): string | null {
  const bytes = Buffer.from(sealed, 'base64url');
  try {
    const decipher = createDecipheriv('aes-256-gcm', keyOf(credential), bytes.subarray(0, 12));
    decipher.setAuthTag(bytes.subarray(-16));
    return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString('utf8');
  } catch {
    // The tag does not fit: sealed with another credential, or not sealed by us.
    return null;
  }
}

/** HKDF-SHA256 of one block without a salt (RFC 5869 §2). Node's own call is built for more and takes several times as long. */
const keyOf = (credential: string): Buffer => hmac(hmac('', credential), 'onsale idempotent answer\u0001');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
