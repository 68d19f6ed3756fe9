import { createHash, timingSafeEqual } from 'node:crypto';

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

/**
 * Reads who asks from what the gate adds to a request. Returns null unless `Onsale-Secret` is ours: anybody can write
 * an address into a header (DESIGN §6). Hashing first makes the comparison's time independent of the length.
 */
export function createGateIdentity(coreSecret: string): (headers: Headers) => string | null {
  const expected = sha256(coreSecret);
  return (headers) => {
    const secret = headers.get('onsale-secret');
    if (secret === null || !timingSafeEqual(sha256(secret), expected)) return null;
    const address = headers.get('onsale-client-address');
    return address === null || address === '' ? null : address.slice(0, 64);
  };
}
