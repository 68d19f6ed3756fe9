import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { OkpKeySet } from '../../tokens/key-set.ts';

/** What a link belongs to: it ends when the booking gets another token of its own. */
type Linked = { id: string; accessTokenHash: Uint8Array };

/** Tokens that open a booking from a message: made again whenever one is written, so that none is kept. */
export type BookingLinks = {
  /** The token of a booking: `bk_…`, of the form of those that `POST bookings` gives. */
  tokenOf(booking: Linked): string;
  /** Whether a token is that of this booking, made with any of the keys. The time taken says nothing about it. */
  opens(booking: Linked, token: string): boolean;
};

/** What the derived key is for: nothing else that is made with the key set can stand in for it. */
const PURPOSE = 'onsale booking link';
const KEY_BYTES = 32;

/**
 * Makes and judges them with HMAC-SHA256 under keys derived (HKDF, RFC 5869) from the private halves of a key set: the first makes, all
 * judge. A key whose private half is gone judges nothing, and the links made with it end.
 */
export function createBookingLinks({ keys }: OkpKeySet): BookingLinks {
  const secrets = keys.flatMap(({ d }) =>
    d === undefined ? [] : [Buffer.from(hkdfSync('sha256', Buffer.from(d, 'base64url'), '', PURPOSE, KEY_BYTES))],
  );
  const [first] = secrets;
  if (first === undefined) throw new TypeError('the key set has no private key');
  const make = (secret: Buffer, { id, accessTokenHash }: Linked): string =>
    `bk_${createHmac('sha256', secret).update(id).update(accessTokenHash).digest('base64url')}`;
  return {
    tokenOf: (booking) => make(first, booking),
    opens: (booking, token) => secrets.filter((secret) => isSame(make(secret, booking), token)).length > 0,
  };
}

function isSame(own: string, other: string): boolean {
  const [a, b] = [Buffer.from(own), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
