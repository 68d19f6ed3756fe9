/** What the console shows, by the address's hash: a room by its name alone, everything else behind `#/`. */
export type ConsoleView =
  | { kind: 'rooms' }
  | { kind: 'room'; room: string }
  | { kind: 'dead_letters' }
  | { kind: 'booking'; id: string | null }
  | { kind: 'blocks'; performance: string }
  | { kind: 'webhooks' };

/** Reads a hash; what it does not know are the rooms. Pure. */
export function readView(hash: string): ConsoleView {
  const text = readText(hash);
  if (!text.startsWith('/')) return text === '' ? { kind: 'rooms' } : { kind: 'room', room: text };
  const [page, id] = text.slice(1).split('/');
  if (page === 'dead-letters') return { kind: 'dead_letters' };
  if (page === 'bookings') return { kind: 'booking', id: id === undefined || id === '' ? null : id };
  if (page === 'performances' && id !== undefined && id !== '') return { kind: 'blocks', performance: id };
  if (page === 'webhooks') return { kind: 'webhooks' };
  return { kind: 'rooms' };
}

/** Where a performance's blocks are. */
export const blocksHash = (performance: string): string => `#/performances/${encodeURIComponent(performance)}`;

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
