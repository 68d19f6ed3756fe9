/** Which view an address of the shop shows. Addresses stay short, so that they can be shared and come back from checkout. */
export type ViewAddress =
  /** `room`: only what that room protects, where its waiting page sends those it lets in. */
  | { view: 'events'; room?: string }
  | { view: 'performance'; performanceId: string; from?: string; to?: string }
  | { view: 'booking'; bookingId: string };

/** Reads a query string. */
export function readAddress(search: string): ViewAddress {
  const query = new URLSearchParams(search);
  const bookingId = query.get('booking');
  if (bookingId !== null && bookingId !== '') return { view: 'booking', bookingId };
  const performanceId = query.get('performance');
  const room = query.get('room');
  if (performanceId === null || performanceId === '')
    return { view: 'events', ...(room === null || room === '' ? {} : { room }) };
  const [from, to] = [query.get('from'), query.get('to')];
  return { view: 'performance', performanceId, ...(from !== null && to !== null ? { from, to } : {}) };
}

/** Writes the query string that `readAddress` reads. */
export function writeAddress(address: ViewAddress): string {
  if (address.view === 'events')
    return address.room === undefined ? '?' : `?${new URLSearchParams({ room: address.room })}`;
  if (address.view === 'booking') return `?${new URLSearchParams({ booking: address.bookingId })}`;
  const { performanceId, from, to } = address;
  const legs = from !== undefined && to !== undefined ? { from, to } : {};
  return `?${new URLSearchParams({ performance: performanceId, ...legs })}`;
}
