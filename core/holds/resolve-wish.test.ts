import { describe, expect, it } from 'vitest';
import { legCodes, type Performance, resolveLegs } from '../catalogue/performance.ts';
import { createSeatIndex } from '../catalogue/seat-index.ts';
import { resolveWish } from './resolve-wish.ts';

const seat = (id: string) => ({ id, name: id, x: 0, y: 0 });
const stop = (code: string) => ({ code, name: code, arrivesAt: null, departsAt: null });
const zone = (id: string, kind: 'reserved' | 'general') => ({ id, name: id, kind, capacity: 2, priceMinor: 500 });
const train: Performance = {
  id: 'run',
  eventId: 'train',
  room: 'demo',
  startsAt: '2030-01-01T00:00:00.000Z',
  timeZone: 'Asia/Kolkata',
  currency: 'INR',
  status: 'on_sale',
  seatMapId: 'map',
  legCount: 2,
  holdLimit: 6,
  stops: [stop('A'), stop('B'), stop('C')],
  zones: [zone('one', 'reserved'), zone('two', 'reserved'), zone('deck', 'general')],
  seats: createSeatIndex({
    zones: [
      { id: 'one', rows: [{ name: '1', seats: [seat('s1'), seat('s2')] }] },
      { id: 'two', rows: [{ name: '2', seats: [seat('s3')] }] },
    ],
  }),
};

describe('seats', () => {
  it('are numbered in reading order, zone by zone', () => {
    expect(train.seats.find('s3')).toEqual({ index: 2, zoneId: 'two', row: '2', name: 's3' });
    expect(train.seats.at(2)).toBe('s3');
    expect(train.seats.rangeOf('two')).toEqual({ start: 2, end: 3 });
    expect(train.seats.rangeOf('deck')).toEqual({ start: 0, end: 0 });
  });
  it('can not share an id', () => {
    const twice = { zones: [{ id: 'one', rows: [{ name: '1', seats: [seat('s1'), seat('s1')] }] }] };
    expect(() => createSeatIndex(twice)).toThrow('two seats called s1');
  });
});

describe('legs', () => {
  it('run between two stops in order, or over the whole run', () => {
    expect(resolveLegs(train, { from: 'B', to: 'C' })).toEqual({ ok: true, legs: [1, 2] });
    expect(resolveLegs(train, {})).toEqual({ ok: true, legs: [0, 2] });
    expect(resolveLegs(train, { from: 'B' })).toEqual({ ok: true, legs: [1, 2] });
    expect(legCodes(train, [1, 2])).toEqual({ from: 'B', to: 'C' });
  });
  it('refuse unknown stops, no distance and the wrong way', () => {
    const refused = (from: string, to: string) => {
      const result = resolveLegs(train, { from, to });
      return result.ok ? [] : result.errors.map((error) => error.path);
    };
    expect([refused('X', 'C'), refused('B', 'B'), refused('C', 'A'), refused('X', 'Y')]).toEqual([
      ['from'],
      ['to'],
      ['to'],
      ['from', 'to'],
    ]);
  });
});

describe('a wish', () => {
  it('becomes one priced line a seat', () => {
    const wish = {
      performanceId: 'run',
      items: [
        { zoneId: 'one', seats: ['s2', 's1'] },
        { zoneId: 'deck', quantity: 2 },
      ],
    };
    expect(resolveWish(train, wish)).toEqual({
      ok: true,
      legs: [0, 2],
      items: [
        { zoneId: 'one', seatId: 's2', quantity: 1, priceMinor: 500 },
        { zoneId: 'one', seatId: 's1', quantity: 1, priceMinor: 500 },
        { zoneId: 'deck', quantity: 2, priceMinor: 500 },
      ],
      best: [],
    });
  });
  it('leaves seats that are only counted to the hold, with the row or the berth to be near', () => {
    const best = (focus?: 'front' | 'centre' | 'back' | 'side-lower') => {
      const items = [{ zoneId: 'one', quantity: 2, ...(focus === undefined ? {} : { focus }) }];
      const resolved = resolveWish(train, { performanceId: 'run', items });
      return resolved.ok ? resolved.best : resolved.errors;
    };
    const wish = { zoneId: 'one', quantity: 2, accessible: false, mayBeSplit: false, row: 1 };
    expect([best(), best('front'), best('centre'), best('back')]).toEqual([[wish], [wish], [wish], [wish]]);
    expect(best('side-lower')).toEqual([{ ...wish, berth: 'side-lower' }]);
  });
  it('is refused for a seat of another zone and for every other fault at once', () => {
    const wish = {
      performanceId: 'run',
      items: [
        { zoneId: 'one', seats: ['s3'] },
        { zoneId: 'none', quantity: 1 },
      ],
      legs: { from: 'Z', to: 'C' },
    };
    expect(resolveWish(train, wish)).toMatchObject({
      ok: false,
      errors: [{ path: 'legs.from' }, { path: 'items.0.seats.0' }, { path: 'items.1.zoneId' }],
    });
  });
});
