import { createLocalJWKSet, importJWK, type JWTVerifyGetKey } from 'jose';
import type { EntryTicket } from '../contracts/bookings.ts';
import { MAX_ENTRY_TICKET_LENGTH } from '../contracts/check-ins.ts';
import { decodeEntryTicket, ENTRY_TICKET_PREFIX, entryTicketSigningInput } from './entry-ticket.layout.ts';

/** `unknown_key`: fetch core's key set again; anything else that fails is `forged`. */
export type EntryTicketCheck = { ok: true; ticket: EntryTicket } | { ok: false; reason: 'forged' | 'unknown_key' };

/** Public Ed25519 keys as core's `/.well-known/jwks.json` publishes them. */
export type EntryTicketKeys = readonly { kid: string; x: string }[];

/** The same keys for what core signs as a JWT, the list of revoked tickets. */
export const gateKeys = (keys: EntryTicketKeys): JWTVerifyGetKey =>
  createLocalJWKSet({ keys: keys.map(({ kid, x }) => ({ kty: 'OKP', crv: 'Ed25519', kid, x })) });

/**
 * Checks an entry ticket offline, with core's public keys alone. Whether it was revoked, reissued (a higher version) or used
 * before, only core knows.
 */
export async function verifyEntryTicket(keys: EntryTicketKeys, code: string): Promise<EntryTicketCheck> {
  const [prefix, kid, body, seal, ...rest] = code.length > MAX_ENTRY_TICKET_LENGTH ? [] : code.split('.');
  if (
    prefix !== ENTRY_TICKET_PREFIX ||
    kid === undefined ||
    body === undefined ||
    seal === undefined ||
    rest.length > 0
  ) {
    return { ok: false, reason: 'forged' };
  }
  const jwk = keys.find((key) => key.kid === kid);
  if (jwk === undefined) return { ok: false, reason: 'unknown_key' };
  const [payload, signature] = [fromBase64Url(body), fromBase64Url(seal)];
  if (payload === null || signature === null) return { ok: false, reason: 'forged' };
  const key = await importJWK({ kty: 'OKP', crv: 'Ed25519', x: jwk.x }, 'EdDSA');
  if (key instanceof Uint8Array) throw new TypeError('the key is not an Ed25519 key');
  const isOurs = await crypto.subtle.verify('Ed25519', key, signature, entryTicketSigningInput(kid, payload));
  const ticket = isOurs ? decodeEntryTicket(payload) : null;
  return ticket === null ? { ok: false, reason: 'forged' } : { ok: true, ticket };
}

function fromBase64Url(text: string): Uint8Array<ArrayBuffer> | null {
  if (!/^[A-Za-z0-9_-]+$/.test(text)) return null;
  try {
    return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0));
  } catch {
    // A length that no base64 text has.
    return null;
  }
}
