/** What the console shows, by the address's hash: a room by its name alone, everything else behind `#/`. */
export type ConsoleView =
  | { kind: 'rooms' }
  | { kind: 'room'; room: string }
  | { kind: 'dead_letters' }
  | { kind: 'booking'; id: string | null }
  | { kind: 'catalogue' }
  | { kind: 'venue' | 'event' | 'performance'; id: string }
  | { kind: 'blocks'; performance: string }
  | { kind: 'webhooks' };

/** Reads a hash; what it does not know are the rooms. Pure. */
export function readView(hash: string): ConsoleView {
  const text = readText(hash);
  if (!text.startsWith('/')) return text === '' ? { kind: 'rooms' } : { kind: 'room', room: text };
  const [page = '', id = '', part] = text.slice(1).split('/');
  if (page === 'dead-letters') return { kind: 'dead_letters' };
  if (page === 'bookings') return { kind: 'booking', id: id === '' ? null : id };
  if (page === 'catalogue') return { kind: 'catalogue' };
  if (page === 'performances' && id !== '' && part === 'blocks') return { kind: 'blocks', performance: id };
  const record = RECORDS.get(page);
  if (record !== undefined && id !== '') return { kind: record, id };
  if (page === 'webhooks') return { kind: 'webhooks' };
  return { kind: 'rooms' };
}

const RECORDS: ReadonlyMap<string, 'venue' | 'event' | 'performance'> = new Map([
  ['venues', 'venue'],
  ['events', 'event'],
  ['performances', 'performance'],
]);

/** Where events, venues and seat maps are. */
export const catalogueHash = '#/catalogue';

/** Where a venue is edited. */
export const venueHash = (id: string): string => `#/venues/${encodeURIComponent(id)}`;

/** Where an event is edited. */
export const eventHash = (id: string): string => `#/events/${encodeURIComponent(id)}`;

/** Where a performance is edited. */
export const performanceHash = (id: string): string => `#/performances/${encodeURIComponent(id)}`;

/** Where a performance's blocks are. */
export const blocksHash = (performance: string): string => `${performanceHash(performance)}/blocks`;

/** Where a booking's history is. */
export const bookingHash = (id: string): string => `#/bookings/${encodeURIComponent(id)}`;

function readText(hash: string): string {
  try {
    return decodeURIComponent(hash.replace(/^#/, ''));
  } catch {
    // A hash that somebody cut in the middle of a character.
    return '';
  }
}
