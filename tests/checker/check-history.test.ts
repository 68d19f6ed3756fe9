import { describe, expect, it } from 'vitest';
import { checkHistory } from './check-history.ts';
import type { StoredState, Told } from './history.ts';

const told: Told = {
  kind: 'booked',
  bookingId: 'b1',
  holdId: 'h1',
  seats: ['s1'],
  places: { standing: 2 },
  totalMinor: 900,
  currency: 'EUR',
};
/** One confirmed booking of a seat and two standing places, paid. */
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
      overdueMs: -1,
      items: [
        { zoneId: 'stalls', seatId: 's1', quantity: 1 },
        { zoneId: 'standing', seatId: null, quantity: 2 },
      ],
    },
  ],
  claims: [{ performanceId: 'p', seatId: 's1', leg: 0, bookingId: 'b1', state: 'sold' }],
  zoneLegs: [
    { performanceId: 'p', zoneId: 'stalls', leg: 0, capacity: 9, sold: 1 },
    { performanceId: 'p', zoneId: 'standing', leg: 0, capacity: 2, sold: 2 },
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
  inventory: { seats: new Map([['p/s1/0', 'sold']]), free: new Map([['p/standing/0', 0]]) },
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
