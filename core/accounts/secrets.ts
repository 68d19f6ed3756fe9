import { createHmac, hkdfSync, randomInt, timingSafeEqual } from 'node:crypto';
import { hashSecret } from '../bookings/secrets.ts';
import { randomSecret } from '../../platform/random.ts';

/** Eight digits: with five tries a code and twenty codes a day, an address is guessed once in three thousand years. */
const CODE_DIGITS = 8;
const SESSION_TOKEN = /^as_[A-Za-z0-9_-]{43}$/;

/** The token of a session (`as_…`, 256 random bits) and the hash that is kept of it. */
export function newSessionToken(): { secret: string; hash: Uint8Array } {
  const secret = randomSecret('as_');
  return { secret, hash: hashSecret(secret) };
}

/** Whether a text can be a session's token. */
export const isSessionToken = (text: string): boolean => SESSION_TOKEN.test(text);

/** The hash that is kept of a session's token. */
export const hashSessionToken = (token: string): Uint8Array => hashSecret(token);

/** A new sign-in code. */
export const newSignInCode = (): string => String(randomInt(10 ** CODE_DIGITS)).padStart(CODE_DIGITS, '0');

/**
 * Hashes of addresses and codes. Both are few enough to be guessed through a plain hash, so they are made under a key that the database
 * does not have (HMAC-SHA256, key by HKDF from the secret that core shares with the edge).
 */
export type SignInHashes = {
  address(email: string): Uint8Array;
  /** Of a code for this address: the same code of another address has another hash. */
  code(addressHash: Uint8Array, code: string): Uint8Array;
  /** Seals the stored answer of a request that brought this code. */
  seal(addressHash: Uint8Array, code: string): string;
};

/** Prepares the hashes of a core with this secret. */
export function createSignInHashes(coreSecret: string): SignInHashes {
  const key = Buffer.from(hkdfSync('sha256', coreSecret, '', 'onsale sign-in', 32));
  const hmac = (use: string, ...parts: (string | Uint8Array)[]): Buffer => {
    const made = createHmac('sha256', key).update(`${use}\n`);
    for (const part of parts) made.update(part);
    return made.digest();
  };
  return {
    address: (email) => hmac('address', email),
    code: (addressHash, code) => hmac('code', addressHash, code),
    seal: (addressHash, code) => hmac('answer', addressHash, code).toString('base64url'),
  };
}

/** Whether two hashes are the same; the time taken does not say where they differ. */
export const isSameHash = (one: Uint8Array, other: Uint8Array): boolean =>
  one.length === other.length && timingSafeEqual(one, other);
