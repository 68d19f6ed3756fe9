import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { OkpKeySet } from '../../tokens/key-set.ts';

/** What a link belongs to: it ends when that gets another token of its own. */
type Linked = { id: string; accessTokenHash: Uint8Array };

/** Tokens that open something from a message: made again whenever one is written, so that none is kept. */
export type MessageLinks = {
  /** The token of a thing, of the form of those that the API gives for it: `bk_…` of a booking, `et_…` of an entry ticket. */
  tokenOf(linked: Linked): string;
  /** Whether a token is that of this thing, made with any of the keys. The time taken says nothing about it. */
  opens(linked: Linked, token: string): boolean;
};

/** What each derived key is for: nothing else that is made with the key set can stand in for it. */
const USES = {
  booking: { purpose: 'onsale booking link', prefix: 'bk_' },
  entryTicket: { purpose: 'onsale entry ticket link', prefix: 'et_' },
} as const;
const KEY_BYTES = 32;

/**
 * Makes and judges them with HMAC-SHA256 under keys derived (HKDF, RFC 5869) from the private halves of a key set: the first makes, all
 * judge. A key whose private half is gone judges nothing, and the links made with it end.
 */
export function createMessageLinks(use: keyof typeof USES, { keys }: OkpKeySet): MessageLinks {
  const { purpose, prefix } = USES[use];
  const secrets = keys.flatMap(({ d }) =>
    d === undefined ? [] : [Buffer.from(hkdfSync('sha256', Buffer.from(d, 'base64url'), '', purpose, KEY_BYTES))],
  );
  const [first] = secrets;
  if (first === undefined) throw new TypeError('the key set has no private key');
  const make = (secret: Buffer, { id, accessTokenHash }: Linked): string =>
    `${prefix}${createHmac('sha256', secret).update(id).update(accessTokenHash).digest('base64url')}`;
  return {
    tokenOf: (linked) => make(first, linked),
    opens: (linked, token) => secrets.filter((secret) => isSame(make(secret, linked), token)).length > 0,
  };
}

function isSame(own: string, other: string): boolean {
  const [a, b] = [Buffer.from(own), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
