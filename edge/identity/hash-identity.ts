import { toBase64Url } from '../../platform/random.ts';

/** Bytes of the hash that are kept: nobody meets another's by chance. */
const HASH_BYTES = 16;

/**
 * An identity as tickets, passes and Redis know it: HMAC-SHA256 over room and subject, under the secret that edge and core share, cut to
 * 128 bits, base64url. Neither Redis nor Postgres holds that secret, so whoever reads them can't try out names; and one person is
 * another in each room. A new secret makes strangers of all who wait.
 */
export const hashIdentity = (secret: string, room: string, subject: string): Promise<string> =>
  hmac(secret, `onsale identity v1\n${room}\n${subject}`);

/**
 * The ticket id of a join that may be repeated: the same for the same lane, identity (its hash) and `Idempotency-Key`, which only who
 * sent the first one knows. Under the secret, so that nobody can try out keys for the lot in a draw.
 */
export const repeatableTicketId = (
  secret: string,
  { room, lane, identity, key }: { room: string; lane: string; identity: string; key: string },
): Promise<string> => hmac(secret, `onsale join v1\n${room}\n${lane}\n${identity}\n${key}`);

async function hmac(secret: string, text: string): Promise<string> {
  const bytes = (part: string) => new TextEncoder().encode(part);
  const key = await crypto.subtle.importKey('raw', bytes(secret), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  const mac = await crypto.subtle.sign('HMAC', key, bytes(text));
  return toBase64Url(new Uint8Array(mac).subarray(0, HASH_BYTES));
}
