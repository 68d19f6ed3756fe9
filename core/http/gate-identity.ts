import { hash, timingSafeEqual } from 'node:crypto';
import { isId } from '../../platform/id.ts';
import type { HeaderSource } from './node-request.ts';

const sha256 = (text: string): Buffer => hash('sha256', text, 'buffer');

/** What the gate says of a request: who asks, and the id by which the edge logs and answers it. */
export type GateWord = { clientAddress: string | null; requestId: string | null };

/**
 * Reads what the gate adds to a request. Returns null unless `Onsale-Secret` is ours: anybody can write an address or an
 * id into a header (DESIGN §6). Hashing first makes the comparison's time independent of the length.
 */
export function createGateIdentity(coreSecret: string): (headers: HeaderSource) => GateWord | null {
  const expected = sha256(coreSecret);
  return (headers) => {
    const secret = headers.get('onsale-secret');
    if (secret === null || !timingSafeEqual(sha256(secret), expected)) return null;
    const address = headers.get('onsale-client-address');
    const requestId = headers.get('onsale-request-id');
    return {
      clientAddress: address === null || address === '' ? null : address.slice(0, 64),
      requestId: requestId !== null && isId(requestId) ? requestId : null,
    };
  };
}
