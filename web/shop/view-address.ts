import { readTerms, toQuery, type SearchTerms } from './search-terms.ts';

/** Which view an address of the shop shows. Addresses stay short, so that they can be shared and come back from checkout. */
export type ViewAddress =
  /** `room`: only what that room protects, where its waiting page sends those it lets in. `terms`: what is searched for. */
  | { view: 'events'; room?: string; terms?: SearchTerms }
  | { view: 'performance'; performanceId: string; from?: string; to?: string }
  | { view: 'booking'; bookingId: string }
  | { view: 'waitlist'; entryId: string }
  /** One entry ticket that somebody gave to this visitor. */
  | { view: 'ticket'; ticketId: string }
  /** The visitor's own bookings and data, or the way to sign in. */
  | { view: 'account' };

/** Reads a query string. */
export function readAddress(search: string): ViewAddress {
  const query = new URLSearchParams(search);
  const bookingId = query.get('booking');
  if (bookingId !== null && bookingId !== '') return { view: 'booking', bookingId };
  const entryId = query.get('waitlist');
  if (entryId !== null && entryId !== '') return { view: 'waitlist', entryId };
  const ticketId = query.get('ticket');
  if (ticketId !== null && ticketId !== '') return { view: 'ticket', ticketId };
  if (query.has('account')) return { view: 'account' };
  const performanceId = query.get('performance');
  const room = query.get('room');
  if (performanceId === null || performanceId === '') {
    const terms = readTerms(query);
    return {
      view: 'events',
      ...(room === null || room === '' ? {} : { room }),
      ...(Object.keys(terms).length === 0 ? {} : { terms }),
    };
  }
  const [from, to] = [query.get('from'), query.get('to')];
  return { view: 'performance', performanceId, ...(from !== null && to !== null ? { from, to } : {}) };
}

/** Writes the query string that `readAddress` reads. */
export function writeAddress(address: ViewAddress): string {
  if (address.view === 'events') {
    const { room, terms = {} } = address;
    return `?${new URLSearchParams({ ...(room === undefined ? {} : { room }), ...toQuery(terms) })}`;
  }
  if (address.view === 'booking') return `?${new URLSearchParams({ booking: address.bookingId })}`;
  if (address.view === 'waitlist') return `?${new URLSearchParams({ waitlist: address.entryId })}`;
  if (address.view === 'ticket') return `?${new URLSearchParams({ ticket: address.ticketId })}`;
  if (address.view === 'account') return '?account';
  const { performanceId, from, to } = address;
  const legs = from !== undefined && to !== undefined ? { from, to } : {};
  return `?${new URLSearchParams({ performance: performanceId, ...legs })}`;
}
