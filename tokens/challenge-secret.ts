import { base64url } from 'jose';
import { toBase64Url } from '../platform/random.ts';

/** The secret that challenges are signed with: derived from a queue key, so that all edges of a set agree and it rotates with them. */
export async function challengeSecret(queueKey: { k: string }): Promise<string> {
  const secret = base64url.decode(queueKey.k).slice();
  const key = await crypto.subtle.importKey('raw', secret, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  const derived = await crypto.subtle.sign('HMAC', key, new TextEncoder().encode('onsale challenge v1'));
  return toBase64Url(new Uint8Array(derived));
}
