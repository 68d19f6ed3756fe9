import type { EntryTicket } from '../contracts/bookings.ts';
import { toBase64Url } from '../platform/random.ts';
import { ENTRY_TICKET_PREFIX, encodeEntryTicket, entryTicketSigningInput } from './entry-ticket.layout.ts';
import type { SigningKey } from './jwt.ts';

/** Signs an entry ticket (Ed25519, RFC 8032) as the compact text inside its QR code. The same ticket always gives the same text. */
export async function signEntryTicket(key: SigningKey, ticket: EntryTicket): Promise<string> {
  const payload = encodeEntryTicket(ticket);
  const signature = await crypto.subtle.sign('Ed25519', key.key, entryTicketSigningInput(key.kid, payload));
  return [ENTRY_TICKET_PREFIX, key.kid, toBase64Url(payload), toBase64Url(new Uint8Array(signature))].join('.');
}
