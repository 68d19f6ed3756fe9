import { toBase64Url } from '../../platform/random.ts';

/** Bytes of the hash that are kept: nobody meets another's by chance. */
const HASH_BYTES = 16;

/**
 * An identity as tickets, passes and Redis know it: HMAC-SHA256 over room and subject, under the secret that edge and core share, cut to
 * 128 bits, base64url. Neither Redis nor Postgres holds that secret, so whoever reads them can't try out names; and one person is
 * another in each room. A new secret makes strangers of all who wait.
 */
export async function hashIdentity(secret: string, room: string, subject: string): Promise<string> {
  const bytes = (text: string) => new TextEncoder().encode(text);
  const key = await crypto.subtle.importKey('raw', bytes(secret), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  const mac = await crypto.subtle.sign('HMAC', key, bytes(`onsale identity v1\n${room}\n${subject}`));
  return toBase64Url(new Uint8Array(mac).subarray(0, HASH_BYTES));
}
