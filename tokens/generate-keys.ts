import { exportJWK, generateKeyPair } from 'jose';
import { newTicketId, systemRandom, toBase64Url } from '../platform/random.ts';
import type { EdgeKeySet, OkpKeySet } from './key-set.ts';

/** A new private Ed25519 set of one key. */
export async function generateOkpKeySet(): Promise<OkpKeySet> {
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const { x, d } = await exportJWK(privateKey);
  if (x === undefined || d === undefined) throw new TypeError('the generated key has no Ed25519 parts');
  return { keys: [{ kty: 'OKP', crv: 'Ed25519', kid: newTicketId().slice(0, 12), x, d }] };
}

/** A new edge key set: one HMAC key for queue tickets, one Ed25519 key for passes and feed tokens. */
export async function generateEdgeKeySet(): Promise<EdgeKeySet> {
  const pass = await generateOkpKeySet();
  const queue = { kty: 'oct' as const, kid: newTicketId().slice(0, 12), k: toBase64Url(systemRandom.bytes(32)) };
  return { queue: [queue], pass: pass.keys };
}
