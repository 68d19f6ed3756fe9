import { describe, expect, test } from 'vitest';
import type { ZoneView } from '../../contracts/catalogue.ts';
import { applyMessage, createSeatPlan, fromSnapshot, stateOf, unpackStates } from './seat-states.ts';
import {
  countOf,
  dropTaken,
  holdItems,
  limitOf,
  linesOf,
  NOTHING_SELECTED,
  setPlaces,
  toggleSeat,
} from './selection.ts';

const plan = createSeatPlan({
  zones: [
    {
      id: 'a',
      rows: [
        {
          name: '1',
          seats: [
            { id: 'a1', name: '1', x: 0, y: 0 },
            { id: 'a2', name: '2', x: 1, y: 0 },
          ],
        },
      ],
    },
    { id: 'b', rows: [{ name: '1', seats: [{ id: 'b1', name: '1', x: 0, y: 5, accessible: true }] }] },
    { id: 'floor', rows: [] },
  ],
});
const zone = (id: string, kind: 'reserved' | 'general'): ZoneView => ({
  id,
  name: id,
  kind,
  capacity: 9,
  available: 9,
  priceMinor: 500,
});
const zones = [zone('a', 'reserved'), zone('b', 'reserved'), zone('floor', 'general')];
const pack = (...bytes: number[]) => btoa(String.fromCharCode(...bytes));

describe('states', () => {
  test('unpack two bits a seat, lowest pair first, over byte borders', () => {
    expect([...unpackStates(pack(0b11_10_01_00, 0b01), 5)]).toEqual([0, 1, 2, 3, 1]);
  });

  test('follow deltas that start where they stand', () => {
    const start = fromSnapshot({ version: '1.4', states: pack(0), zones: [{ id: 'a', available: 2 }] }, 3);
    const next = applyMessage(
      start,
      { type: 'delta', from: '1.4', version: '1.6', seats: [[1, 2]], zones: [{ id: 'a', available: 1 }] },
      3,
    );
    expect(next?.version).toBe('1.6');
    expect([...(next?.states ?? [])]).toEqual([0, 2, 0]);
    expect(next?.available.get('a')).toBe(1);
    expect([...start.states]).toEqual([0, 0, 0]);
  });

  test('refuse a delta that starts elsewhere, and take a snapshot at any time', () => {
    const start = fromSnapshot({ version: '1.4', states: pack(0), zones: [] }, 3);
    expect(applyMessage(start, { type: 'delta', from: '1.5', version: '1.6', seats: [], zones: [] }, 3)).toBeNull();
    expect(applyMessage(null, { type: 'snapshot', version: '2.0', states: pack(1), zones: [] }, 3)?.version).toBe(
      '2.0',
    );
  });

  test('unknown seats count as taken', () => {
    const [seat] = plan.seats;
    expect(seat && stateOf(null, seat)).toBe(3);
  });
});

describe('a selection', () => {
  test('toggles seats and stops at the limit, over seats and places together', () => {
    const two = toggleSeat(setPlaces(NOTHING_SELECTED, 'floor', 1, 9, 2), 'a1', 2);
    expect(countOf(two)).toBe(2);
    expect(toggleSeat(two, 'a2', 2)).toBe(two);
    expect(toggleSeat(two, 'a1', 2).seats).toEqual([]);
  });

  test('keeps places within what is free, the limit and zero', () => {
    expect(setPlaces(NOTHING_SELECTED, 'floor', 7, 4, 6).places).toEqual({ floor: 4 });
    expect(setPlaces(NOTHING_SELECTED, 'floor', 7, 9, 6).places).toEqual({ floor: 6 });
    expect(setPlaces({ seats: [], places: { floor: 3 } }, 'floor', -1, 9, 6).places).toEqual({});
  });

  test('drops exactly the seats that others took', () => {
    const live = fromSnapshot({ version: '1.1', states: pack(0b00_01_00), zones: [] }, 3);
    const { selection, taken } = dropTaken({ seats: ['a1', 'a2', 'b1'], places: {} }, plan, live);
    expect(selection.seats).toEqual(['a1', 'b1']);
    expect(taken.map((seat) => seat.id)).toEqual(['a2']);
  });

  test('becomes one item a zone, with its price', () => {
    const lines = linesOf({ seats: ['b1', 'a1'], places: { floor: 2 } }, plan, zones);
    expect(lines.map((line) => line.amountMinor)).toEqual([500, 500, 1000]);
    expect(holdItems(lines)).toEqual([
      { zoneId: 'a', seats: ['a1'] },
      { zoneId: 'b', seats: ['b1'] },
      { zoneId: 'floor', quantity: 2 },
    ]);
  });

  test('never goes beyond what one hold may take', () => {
    expect([limitOf(undefined), limitOf(6), limitOf(99)]).toEqual([50, 6, 50]);
  });
});
