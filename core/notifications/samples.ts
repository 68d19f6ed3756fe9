import type { BookingFactsToTell, NotificationKind, PerformanceFactsToTell, TicketFactsToTell, Told } from './facts.ts';

const PERFORMANCE: PerformanceFactsToTell = {
  eventName: 'Beethoven: Symphony No. 9',
  kind: 'event',
  startsAt: new Date('2030-05-01T18:30:00Z'),
  endsAt: null,
  timeZone: 'Europe/London',
  where: 'Royal Albert Hall, London',
};

const TICKET: TicketFactsToTell = {
  ...PERFORMANCE,
  ticketId: '0195f0e2-8f00-7000-8000-000000000001',
  bookingId: '0195f0e2-8f00-7000-8000-000000000000',
  holderName: 'Grace Hopper',
  giverName: 'Zoë Łukasz श्रद्धा',
  place: { zone: 'Stalls', row: 'K', seat: '21', quantity: 1 },
  takeBackUntil: new Date('2030-02-02T10:00:00Z'),
};

const bookingAt = (origin: string): BookingFactsToTell => ({
  ...PERFORMANCE,
  bookingId: '0195f0e2-8f00-7000-8000-000000000000',
  buyerName: 'Zoë Łukasz श्रद्धा',
  places: [
    { zone: 'Stalls', row: 'K', seat: '21', quantity: 1 },
    { zone: 'Stalls', row: 'K', seat: '22', quantity: 1 },
    { zone: 'Gallery, standing', row: null, seat: null, quantity: 2 },
  ],
  totalMinor: 21_400,
  refundedMinor: 0,
  currency: 'GBP',
  payBy: new Date('2030-02-01T10:10:00Z'),
  url: `${origin}/shop/?booking=0195f0e2-8f00-7000-8000-000000000000#token=bk_sample`,
});

/** Something to tell of each kind, for whoever wants to see what it looks like. */
export function sampleOf(kind: NotificationKind, origin: string): Told {
  const booking = bookingAt(origin);
  switch (kind) {
    case 'ticket':
    case 'cancellation':
    case 'expiring':
      return { kind, booking };
    case 'moved':
      return {
        kind,
        holding: { ...booking, holderName: booking.buyerName, isGiven: false },
        was: { startsAt: new Date('2030-04-30T18:30:00Z'), timeZone: 'Europe/London', where: 'Barbican Hall, London' },
        url: booking.url,
      };
    case 'transferred':
    case 'given':
      return { kind, ticket: TICKET, url: `${origin}/shop/?ticket=${TICKET.ticketId}#token=et_sample` };
    case 'returned':
      return { kind, ticket: TICKET, url: booking.url };
    case 'taken_back':
      return { kind, ticket: TICKET, url: `${origin}/shop/` };
    case 'refund':
      return { kind, booking: { ...booking, refundedMinor: 20_400 } };
    case 'offer':
      return {
        kind,
        performance: PERFORMANCE,
        offerUntil: new Date('2030-02-01T10:30:00Z'),
        url: `${origin}/shop/?waitlist=sample#token=wl_sample`,
      };
    case 'turn_near':
    case 'called':
      return { kind, roomName: 'Beethoven at the Albert Hall', url: `${origin}/rooms/demo` };
  }
}
