import { describe, expect, it } from 'vitest';
import type { ZoneView } from '../../contracts/catalogue.ts';
import { createSeatPlan, type LiveStates } from './seat-states.ts';
import { partySizes, targetsFor } from './waitlist-wishes.ts';

const zone = (id: string, more: Partial<ZoneView> = {}): ZoneView => ({
  id,
  name: id.toUpperCase(),
  kind: 'reserved',
  capacity: 5,
  available: 0,
  priceMinor: 100,
  ...more,
});
const seat = (id: string, accessible?: true) => ({ id, name: id, x: 0, y: 0, ...(accessible ? { accessible } : {}) });
const plan = createSeatPlan({
  zones: [
    { id: 'a', rows: [{ name: '1', seats: [seat('a1'), seat('a2'), seat('a3'), seat('a4'), seat('a5', true)] }] },
  ],
});
/** States of the seats of `a`, 0 free; and what is free of each zone. */
const live = (states: number[], available: Record<string, number>): LiveStates => ({
  version: '1.1',
  states: Uint8Array.from(states),
  available: new Map(Object.entries(available)),
});
const keys = (...args: Parameters<typeof targetsFor>) => targetsFor(...args).map(({ key }) => key);

describe('what can be waited for', () => {
  it('is a zone in which so many can’t be had side by side now, and no party larger than the zone', () => {
    const zones = [zone('a'), zone('b', { kind: 'general', capacity: 8 })];
    const places = { zones, plan, live: live([0, 2, 0, 0, 2], { a: 3, b: 3 }) };
    expect([1, 2, 3, 4, 6, 9].map((party) => keys(places, party, false))).toEqual([
      [],
      [],
      ['zone a'],
      ['zone a', 'zone b'],
      ['zone b'],
      [],
    ]);
    expect(partySizes(places, false)).toEqual([3, 4, 5, 6, 7, 8]);
    expect(partySizes({ ...places, live: live([0, 0, 0, 0, 0], { a: 5, b: 8 }) }, false)).toEqual([]);
  });

  it('follows what is free, and counts spaces for wheelchairs apart', () => {
    const places = { zones: [zone('a'), zone('b', { kind: 'general' })], plan };
    expect(keys({ ...places, live: null }, 1, false)).toEqual(['zone a', 'zone b']);
    const free = live([2, 2, 2, 2, 0], { a: 1, b: 1 });
    expect([keys({ ...places, live: free }, 1, false), keys({ ...places, live: free }, 1, true)]).toEqual([
      ['zone a'],
      [],
    ]);
    const sold = live([0, 0, 2, 2, 2], { a: 2, b: 0 });
    expect(keys({ ...places, live: sold }, 1, true)).toEqual(['zone a']);
  });

  it('is a class as a whole where none of its zones has as many', () => {
    const berths = (id: string, quota: string, available: number) =>
      zone(id, { kind: 'general', class: '3A', quota, available });
    const full = {
      zones: [berths('g', 'general', 0), berths('t', 'tatkal', 0), zone('s', { class: 'SL', kind: 'general' })],
      plan,
      live: null,
    };
    expect(targetsFor(full, 1, false)).toEqual([
      { key: 'class 3A', label: '3A, any quota', target: { class: '3A' } },
      { key: 'zone g', label: 'G', target: { zoneId: 'g' } },
      { key: 'zone t', label: 'T', target: { zoneId: 't' } },
      { key: 'zone s', label: 'S', target: { zoneId: 's' } },
    ]);
    expect(keys({ ...full, zones: [berths('g', 'general', 0), berths('t', 'tatkal', 1)] }, 1, false)).toEqual([
      'zone g',
    ]);
  });
});
