import { parse, stringify } from 'uuid';
import type { EntryTicket } from '../contracts/bookings.ts';

/**
 * The bytes of an entry ticket. A QR code that a phone shows at a gate must be small, so there is no JSON: a layout number,
 * ticket id (16), booking id (16), version (2, big-endian), then performance, seat and zone, each behind a length byte (a
 * ticket without a seat has an empty one). In text: `OT1.<kid>.<bytes>.<signature>`, base64url, about 200 characters.
 */
export const ENTRY_TICKET_PREFIX = 'OT1';
const LAYOUT = 1;
const FIXED_BYTES = 35;

/** What is signed: the bytes behind a prefix that no JWT can begin with, since both kinds share a key. */
export function entryTicketSigningInput(kid: string, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const head = new TextEncoder().encode(`onsale entry-ticket ${kid}\n`);
  const input = new Uint8Array(head.length + payload.length);
  input.set(head);
  input.set(payload, head.length);
  return input;
}

/** Lays a ticket out. Throws RangeError for a text over 255 bytes or a version over 65535. */
export function encodeEntryTicket(ticket: EntryTicket): Uint8Array {
  if (!(ticket.version >= 1 && ticket.version <= 0xffff)) throw new RangeError('the version is not in 1 to 65535');
  const texts = [ticket.performanceId, ticket.seat ?? '', ticket.zone].map((text) => new TextEncoder().encode(text));
  const bytes = [
    LAYOUT,
    ...parse(ticket.ticketId),
    ...parse(ticket.bookingId),
    ticket.version >> 8,
    ticket.version & 0xff,
  ];
  for (const text of texts) {
    if (text.length > 255) throw new RangeError('a text of the entry ticket is longer than 255 bytes');
    bytes.push(text.length, ...text);
  }
  return Uint8Array.from(bytes);
}

/** Reads the layout; null when the bytes are anything else. */
export function decodeEntryTicket(bytes: Uint8Array): EntryTicket | null {
  if (bytes[0] !== LAYOUT || bytes.length < FIXED_BYTES) return null;
  const texts: string[] = [];
  let at = FIXED_BYTES;
  while (at < bytes.length) {
    const length = bytes[at] ?? 0;
    const text = bytes.subarray(at + 1, at + 1 + length);
    if (text.length < length) return null;
    texts.push(new TextDecoder().decode(text));
    at += 1 + length;
  }
  const [performanceId, seat, zone, ...rest] = texts;
  if (performanceId === undefined || seat === undefined || zone === undefined || rest.length > 0) return null;
  return {
    ticketId: stringify(bytes.subarray(1, 17)),
    bookingId: stringify(bytes.subarray(17, 33)),
    performanceId,
    seat: seat === '' ? null : seat,
    zone,
    version: ((bytes[33] ?? 0) << 8) | (bytes[34] ?? 0),
  };
}
