import { describe, expect, it } from 'vitest';
import { choosePlaces, nothingIsFree, type Offer } from './choose-places.ts';
import { createSeededRandom } from './seeded-random.ts';

const digits = (text = ''): string[] => text.split('');

/** Two zones of seats and one to stand in; `states` as digits, a row each, in seat-map order. */
function offer(rows: string[], standing = 0): Offer {
  const zone = (id: string, index: number) => ({
    id,
    rows: [{ seats: digits(rows[index]).map((_, seat) => ({ id: `${id}-${seat}` })) }],
  });
  const states = rows.join('');
  const bytes = Buffer.alloc(Math.ceil(states.length / 4));
  for (const [index, state] of digits(states).entries()) {
    bytes[index >> 2] = (bytes[index >> 2] ?? 0) | (Number(state) << (2 * (index & 3)));
  }
  return {
    performance: {
      zones: [
        { id: 'stalls', kind: 'reserved' },
        { id: 'circle', kind: 'reserved' },
        { id: 'floor', kind: 'general' },
      ],
      holdLimit: 6,
    },
    seatMap: { zones: [zone('stalls', 0), zone('circle', 1), { id: 'floor', rows: [] }] },
    availability: {
      zones: [
        { id: 'stalls', available: digits(rows[0]).filter((state) => state === '0').length },
        { id: 'circle', available: digits(rows[1]).filter((state) => state === '0').length },
        { id: 'floor', available: standing },
      ],
      states: bytes.toString('base64'),
    },
  };
}
const random = () => createSeededRandom(5);

describe('choosing places', () => {
  it('takes neighbours of one row, and only free ones', () => {
    for (let seed = 0; seed < 50; seed += 1) {
      const chosen = choosePlaces(offer(['0120', '320001']), { party: 3, wants: 'seats' }, createSeededRandom(seed));
      expect(chosen).toEqual([{ zoneId: 'circle', seats: ['circle-2', 'circle-3', 'circle-4'] }]);
    }
  });

  it('takes seats apart of one zone when no row has enough neighbours', () => {
    expect(choosePlaces(offer(['1010', '02']), { party: 2, wants: 'seats' }, random())).toEqual([
      { zoneId: 'stalls', seats: ['stalls-1', 'stalls-3'] },
    ]);
  });

  it('stands where no seats are left, and sits where no standing is', () => {
    expect(choosePlaces(offer(['11', '2'], 9), { party: 2, wants: 'seats' }, random())).toEqual([
      { zoneId: 'floor', quantity: 2 },
    ]);
    expect(choosePlaces(offer(['00', '2'], 1), { party: 2, wants: 'standing' }, random())).toEqual([
      { zoneId: 'stalls', seats: ['stalls-0', 'stalls-1'] },
    ]);
  });

  it('finds nothing when too little is left, and knows when nothing is', () => {
    expect(choosePlaces(offer(['01', '2'], 1), { party: 2, wants: 'seats' }, random())).toBeNull();
    expect(nothingIsFree(offer(['01', '2']))).toBe(false);
    expect(nothingIsFree(offer(['11', '2']))).toBe(true);
  });

  it('asks for no more than one visitor may hold', () => {
    const limited = offer(['00000000', '2']);
    limited.performance.holdLimit = 2;
    const [item] = choosePlaces(limited, { party: 6, wants: 'seats' }, random()) ?? [];
    expect(item).toMatchObject({ seats: { length: 2 } });
  });

  it('leaves places for wheelchairs to those who need them', () => {
    const withSpaces = offer(['00', '2']);
    withSpaces.seatMap.zones[0]?.rows[0]?.seats.forEach((seat) => Object.assign(seat, { accessible: true }));
    expect(choosePlaces(withSpaces, { party: 1, wants: 'seats' }, random())).toBeNull();
  });
});
