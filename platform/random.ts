/** Random bytes from the platform's cryptographic source (Web Crypto; Node and workerd alike). */
export type Random = { bytes(length: number): Uint8Array };

export const systemRandom: Random = { bytes: (length) => crypto.getRandomValues(new Uint8Array(length)) };

/** base64url without padding (RFC 4648 §5). */
export function toBase64Url(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** An opaque secret of `byteLength` random bytes, behind a prefix that tells its kind (`bk_…`). */
export const randomSecret = (prefix: string, byteLength = 32, random: Random = systemRandom): string =>
  prefix + toBase64Url(random.bytes(byteLength));

/** A ticket id: 16 random bytes in base64url (WAITING-ROOM §6). */
export const newTicketId = (random: Random = systemRandom): string => toBase64Url(random.bytes(16));

const TICKET_ID = /^[A-Za-z0-9_-]{22}$/;

/** Whether a text has the shape of a ticket id. */
export const isTicketId = (text: string): boolean => TICKET_ID.test(text);
