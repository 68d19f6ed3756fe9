import { hash, timingSafeEqual } from 'node:crypto';
import { randomSecret } from '../../platform/random.ts';

/** A secret for a person and the hash of it that we keep: 256 random bits need no slow hash. */
export type HashedSecret = { secret: string; hash: Uint8Array };

/** The token that opens a booking (`bk_…`). */
export const newBookingToken = (): HashedSecret => hashed(randomSecret('bk_'));

/** The token that opens one entry ticket which was given to somebody (`et_…`). */
export const newTicketToken = (): HashedSecret => hashed(randomSecret('et_'));

/** The code of a checkout address. */
export const newCheckoutCode = (): HashedSecret => hashed(randomSecret('co_'));

/** SHA-256 of a secret. */
export const hashSecret = (secret: string): Uint8Array => hash('sha256', secret, 'buffer');

/** Compares a secret with the hash that was kept; the time taken says nothing about either. */
export function fitsHash(secret: string, kept: Uint8Array): boolean {
  const own = hashSecret(secret);
  return own.length === kept.length && timingSafeEqual(own, kept);
}

const hashed = (secret: string): HashedSecret => ({ secret, hash: hashSecret(secret) });
