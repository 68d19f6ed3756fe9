import { describe, expect, it } from 'vitest';
import { checkHistory } from './check-history.ts';
import type { OfferRow, StoredState, Told } from './history.ts';

const told: Told = {
  kind: 'booked',
  bookingId: 'b1',
  holdId: 'h1',
  seats: ['s1'],
  places: { standing: 2 },
  totalMinor: 900,
  currency: 'EUR',
};
const offer = ({ seatId = 's1', ...more }: Partial<OfferRow> & { seatId?: string }): OfferRow => ({
  id: 'o',
  entryId: 'e',
  entryState: 'offered',
  holdId: `hold of ${more.id}`,
  performanceId: 'p',
  fromLeg: 0,
  toLeg: 1,
  offeredAtMs: 0,
  endedAtMs: null,
  items: [{ zoneId: 'stalls', seatId, quantity: 1 }],
  ...more,
});
/** One confirmed booking of a seat and two standing places, paid, by who was offered the seat; a neighbour is offered, one is blocked. */
const sound = (): StoredState => ({
  bookings: [
    {
      id: 'b1',
      holdId: 'h1',
      performanceId: 'p',
      status: 'confirmed',
      totalMinor: 900,
      currency: 'EUR',
      fromLeg: 0,
      toLeg: 1,
      createdAtMs: 1000,
      overdueMs: -1,
      items: [
        { zoneId: 'stalls', seatId: 's1', quantity: 1 },
        { zoneId: 'standing', seatId: null, quantity: 2 },
      ],
    },
  ],
  claims: [
    { performanceId: 'p', seatId: 's1', leg: 0, bookingId: 'b1', blockId: null, state: 'sold' },
    { performanceId: 'p', seatId: 's2', leg: 0, bookingId: null, blockId: 'o1', state: 'offered' },
    { performanceId: 'p', seatId: 's3', leg: 0, bookingId: null, blockId: 'camera', state: 'blocked' },
  ],
  zoneLegs: [
    { performanceId: 'p', zoneId: 'stalls', leg: 0, capacity: 9, sold: 1, blocked: 1, free: 6 },
    { performanceId: 'p', zoneId: 'standing', leg: 0, capacity: 2, sold: 2, blocked: 0, free: 0 },
  ],
  entries: [
    { id: 'e1', state: 'offered' },
    { id: 'e2', state: 'booked' },
  ],
  offers: [
    offer({ id: 'o1', entryId: 'e1', entryState: 'offered', offeredAtMs: 2000, seatId: 's2' }),
    offer({ id: 'o2', entryId: 'e2', entryState: 'booked', offeredAtMs: 500, endedAtMs: 1001, holdId: 'h1' }),
  ],
  payments: [
    {
      paymentId: 'm1',
      bookingId: 'b1',
      currency: 'EUR',
      capturedMinor: 900,
      refundedMinor: 0,
      owedBackMinor: 0,
      provider: { capturedMinor: 900, refundedMinor: 0 },
    },
  ],
  waiting: { inbox: 0 },
  inventory: {
    seats: new Map([
      ['p/s1/0', 'sold'],
      ['p/s2/0', 'offered'],
      ['p/s3/0', 'blocked'],
    ]),
    free: new Map([['p/standing/0', 0]]),
  },
});

/** What the checker says once one thing is wrong. */
function wrongWhen(spoil: (state: StoredState) => void, history: Told[] = [told]): string {
  const state = sound();
  spoil(state);
  return checkHistory(history, state).join('\n');
}
const only = <T>(list: T[]): T => {
  const [first] = list;
  if (first === undefined) throw new Error('the list is empty');
  return first;
};

describe('the history checker', () => {
  it('has nothing to say of a sound history', () => {
    expect(wrongWhen(() => {})).toBe('');
  });

  it('misses an acknowledged booking that is not there, is another, or came back after it was cancelled', () => {
    expect(wrongWhen((state) => void (state.bookings = []))).toContain('booked b1 is there 0 times');
    expect(wrongWhen((state) => void (only(state.bookings).totalMinor = 800))).toContain('was told as');
    expect(wrongWhen(() => {}, [told, { kind: 'cancelled', bookingId: 'b1' }])).toContain('b1 is confirmed again');
  });

  it('sees a hold booked twice, a seat sold twice, a claim that is missing or belongs to nobody', () => {
    const twice = (state: StoredState) => state.bookings.push({ ...only(state.bookings), id: 'b2', items: [] });
    expect(wrongWhen(twice)).toContain('hold h1 has 2 bookings');
    const sold = (state: StoredState) => state.claims.push({ ...only(state.claims), bookingId: 'b2' });
    expect(wrongWhen(sold)).toMatch(/p\/s1\/0 is sold 2 times[\s\S]*belongs to nobody/);
    expect(wrongWhen((state) => void (state.claims = []))).toContain('is missing');
  });

  it('sees a zone that says another sum than its bookings, or has sold more than it has', () => {
    expect(wrongWhen((state) => void (only(state.zoneLegs).sold = 2))).toContain('says 2 sold, bookings have 1');
    expect(wrongWhen((state) => void (only(state.zoneLegs).capacity = 0))).toContain('has 0 places, 1 are sold');
  });

  it('sees a seat that is offered twice at a time, sold while it is offered, or offered to nobody', () => {
    const again = (more: Partial<OfferRow>) => (state: StoredState) =>
      void state.offers.push(
        offer({ id: 'o3', entryId: 'e3', entryState: 'left', endedAtMs: 2500, seatId: 's2', ...more }),
      );
    expect(wrongWhen(again({ offeredAtMs: 1500 }))).toContain('seat s2 is offered by o1 and o3 at a time');
    expect(wrongWhen(again({ offeredAtMs: 1500, endedAtMs: 2000 }))).toBe('');
    expect(wrongWhen((state) => void (only(state.bookings).holdId = 'h9'))).toContain(
      'seat s1 was booked by b1 while it was offered',
    );
    expect(wrongWhen((state) => void (only(state.offers).endedAtMs = 2001))).toMatch(
      /zone p\/stalls\/0 has 6 free of 9: 1 sold, 0 offered, 1 blocked[\s\S]*seat s2\/0 o1 is claimed for no open offer/,
    );
    expect(wrongWhen((state) => void state.claims.splice(1, 1))).toContain('offered seat s2/0 o1 is not claimed');
    expect(wrongWhen((state) => state.inventory?.seats.delete('p/s2/0'))).toContain('seat p/s2/0 offered is missing');
  });

  it('sees a place in the waitlist that is gone, an offer that was somebody else’s, and one booked never or twice', () => {
    const accepted: Told = { kind: 'accepted', entryId: 'e2', holdId: 'h1', seats: ['s1'] };
    expect(wrongWhen(() => {}, [told, { kind: 'joined', entryId: 'e1' }, accepted])).toBe('');
    expect(wrongWhen(() => {}, [told, { kind: 'joined', entryId: 'e9' }])).toContain('entry e9 is there 0 times');
    expect(wrongWhen(() => {}, [told, { ...accepted, entryId: 'e1' }])).toContain('is not of its offer');
    expect(wrongWhen(() => {}, [told, { ...accepted, seats: ['s5'] }])).toContain('told as s5, its offer is s1');
    expect(wrongWhen((state) => void (state.bookings = []), [])).toContain('entry e2 is booked and has 0 bookings');
    expect(wrongWhen((state) => void (state.entries[1] = { id: 'e2', state: 'lapsed' }))).toContain(
      'entry e2 is lapsed and has 1 bookings',
    );
  });

  it('sees money that is nowhere, too much given back, and a ledger that is not the provider’s', () => {
    expect(wrongWhen((state) => void (state.payments = []))).toContain('EUR: 0 kept, but 900 confirmed');
    expect(wrongWhen((state) => void (only(state.payments).refundedMinor = 1000))).toContain('1000 refunded of 900');
    expect(
      wrongWhen((state) => void (only(state.payments).provider = { capturedMinor: 1, refundedMinor: 0 })),
    ).toContain('the provider has 1');
  });

  it('sees seats kept without pay, rows that wait, and an inventory that says something else', () => {
    const unpaid = (state: StoredState) =>
      Object.assign(only(state.bookings), { status: 'pending_payment', overdueMs: 3_600_000 });
    expect(wrongWhen(unpaid)).toContain('keeps its seats for too long');
    expect(wrongWhen((state) => void (state.waiting['inbox'] = 3))).toContain('3 rows wait in inbox');
    expect(wrongWhen((state) => state.inventory?.seats.clear())).toContain('inventory: seat p/s1/0 sold is missing');
    expect(wrongWhen((state) => void state.inventory?.free.set('p/standing/0', 1))).toContain('has 1 free');
  });
});
