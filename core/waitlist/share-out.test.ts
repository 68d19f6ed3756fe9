import { describe, expect, it } from 'vitest';
import type { WaitlistEntry } from '../../db/queries/waitlist-entries.ts';
import { createSeatIndex } from '../catalogue/seat-index.ts';
import { createPool, type Freed } from './share-out.ts';

const seat = (id: string, x: number, accessible?: true) => ({
  id,
  name: id,
  x,
  y: 0,
  ...(accessible ? { accessible } : {}),
});
const row = (name: string, xs: number[]) => ({ name, seats: xs.map((x, i) => seat(`${name}${i + 1}`, x)) });
/** Rows a (an aisle behind a3), b (b5 for a wheelchair); berths of one class in two quotas; standing places. */
const seats = createSeatIndex({
  zones: [
    {
      id: 'stalls',
      rows: [row('a', [0, 1, 2, 9, 10]), { name: 'b', seats: [...row('b', [0, 1, 2, 3]).seats, seat('b5', 4, true)] }],
    },
    { id: 'general', rows: [row('g', [0])] },
    { id: 'tatkal', rows: [row('t', [0, 1])] },
  ],
});
const zone = (id: string, more: { kind?: 'general'; class?: string } = {}) => ({
  id,
  name: id,
  kind: 'reserved' as const,
  capacity: 9,
  priceMinor: 1,
  ...more,
});
const layout = {
  seats,
  zones: [
    zone('stalls'),
    zone('standing', { kind: 'general' }),
    zone('general', { class: '3A' }),
    zone('tatkal', { class: '3A' }),
  ],
};
let number = 0;
const entry = (more: Partial<WaitlistEntry> = {}): WaitlistEntry => ({
  id: `e${(number += 1)}`,
  number,
  performanceId: 'p',
  zoneId: more.class === undefined ? 'stalls' : null,
  class: null,
  partySize: 1,
  accessible: false,
  fromLeg: 0,
  toLeg: 1,
  state: 'waiting',
  ...more,
});
const free = (ids: string[], zoneId = 'stalls', legs: Freed['legs'] = [0, 1]): Freed => ({
  legs,
  items: ids.map((seatId) => ({ zoneId, seatId, quantity: 1 })),
});
const seatsOf = (share: ReturnType<ReturnType<typeof createPool>['take']>) =>
  share?.items.map(({ seatId, quantity }) => seatId ?? quantity) ?? null;
/** What each of the line gets, in its order. */
const shareOut = (freed: Freed, line: Partial<WaitlistEntry>[]) => {
  const pool = createPool(layout, freed);
  return line.map((wish) => seatsOf(pool.take(entry(wish))));
};

describe('freed places', () => {
  it('go to the line in its order, whole or not at all; who does not fit is passed by', () => {
    const line = [{ partySize: 3 }, {}, { partySize: 2 }, {}, {}];
    expect(shareOut(free(['a1', 'a2', 'b1']), line)).toEqual([null, ['b1'], ['a1', 'a2'], null, null]);
  });

  it('lie side by side for a party: not over an aisle, not over the end of a row', () => {
    const two = [{ partySize: 2 }];
    expect(shareOut(free(['a3', 'a4']), two)).toEqual([null]);
    expect(shareOut(free(['a5', 'b1']), two)).toEqual([null]);
    expect(shareOut(free(['a4', 'a5']), two)).toEqual([['a4', 'a5']]);
  });

  it('are taken where they leave the fewest gaps', () => {
    expect(shareOut(free(['a1', 'a2', 'a3', 'b1', 'b2']), [{ partySize: 2 }, { partySize: 3 }])).toEqual([
      ['b1', 'b2'],
      ['a1', 'a2', 'a3'],
    ]);
  });

  it('are for wheelchairs only where that is asked for', () => {
    const wishes = [{ partySize: 2 }, { accessible: true }, {}];
    expect(shareOut(free(['b4', 'b5']), wishes)).toEqual([null, ['b5'], ['b4']]);
  });

  it('of a train are shared leg by leg, and a class takes any of its quotas', () => {
    const pool = createPool(layout, free(['t1'], 'tatkal', [0, 3]));
    const wish = (fromLeg: number, toLeg: number) => entry({ class: '3A', fromLeg, toLeg });
    expect(pool.take(wish(0, 2))).toMatchObject({ legs: [0, 2], items: [{ zoneId: 'tatkal', seatId: 't1' }] });
    expect(pool.take(wish(1, 3))).toBeNull();
    expect(pool.mostPlaces()).toBe(1);
    expect(pool.take(wish(2, 3))).toMatchObject({ legs: [2, 3], items: [{ seatId: 't1' }] });
    expect([pool.mostPlaces(), pool.take(wish(2, 3))]).toEqual([0, null]);
  });

  it('without numbers are counted on each leg, and a zone’s are not another’s', () => {
    const freed: Freed = { legs: [0, 2], items: [{ zoneId: 'standing', seatId: null, quantity: 3 }] };
    const standing = { zoneId: 'standing' };
    const line = [
      {},
      { ...standing, partySize: 4 },
      { ...standing, partySize: 2 },
      { ...standing, fromLeg: 1, toLeg: 2 },
    ];
    expect(shareOut(freed, line)).toEqual([null, null, [2], [1]]);
    const pool = createPool(layout, freed);
    expect(pool.mostPlaces()).toBe(3);
    pool.take(entry({ ...standing, partySize: 3 }));
    // The second leg still has all three.
    expect(pool.mostPlaces()).toBe(3);
    expect(seatsOf(pool.take(entry({ ...standing, partySize: 3, fromLeg: 1, toLeg: 2 })))).toEqual([3]);
  });
});
