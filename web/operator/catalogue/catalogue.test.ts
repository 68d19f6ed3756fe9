import { expect, it } from 'vitest';
import type { OperatorPerformanceView } from '../../../contracts/operator-catalogue.ts';
import { readMoney, writeMoney } from './money-text.ts';
import { PERFORMANCE } from './performance-form.tsx';
import { NEW_ZONE, zoneChanges, zoneTextsOf } from './zone-rows.ts';

it.each([
  ['49.50', 'EUR', 4950],
  ['49,5', 'EUR', 4950],
  [' 50 ', 'EUR', 5000],
  ['1200', 'JPY', 1200],
  ['1.234', 'KWD', 1234],
  ['1.5', 'JPY', null],
  ['1.234', 'EUR', null],
  ['-5', 'EUR', null],
  ['1e3', 'EUR', null],
  ['', 'EUR', null],
])('%j in %s is %j of its minor unit', (text, currency, amount) => {
  expect(readMoney(text, currency)).toBe(amount);
});

it('an amount is written as it is read', () => {
  for (const currency of ['EUR', 'JPY', 'KWD', 'none'])
    for (const amount of [0, 5, 4950, 999_999_999])
      expect(readMoney(writeMoney(amount, currency), currency)).toBe(amount);
});

const VIEW: OperatorPerformanceView = {
  id: 'gala',
  eventId: 'tour',
  room: 'demo',
  status: 'scheduled',
  sale: 'scheduled',
  startsAt: '2031-05-01T18:00:00.000Z',
  timeZone: 'Europe/Paris',
  onSaleAt: null,
  salesCutOffSeconds: 0,
  salesEndAt: null,
  placesPerBuyer: 4,
  currency: 'EUR',
  seatMapId: 'hall',
  zones: ['floor', 'stalls'].map((id) => ({
    id,
    name: id,
    kind: 'general',
    capacity: 10,
    priceMinor: 5000,
    feeMinor: 500,
    sold: 0,
    blocked: 0,
    offered: 0,
    waiting: 0,
    waitingPlaces: 0,
  })),
  version: 1,
};

it('a performance’s form sends what was edited, and each zone by its id once one is', () => {
  const base = PERFORMANCE.draftOf(VIEW);
  expect(PERFORMANCE.changesOf(base, base)).toEqual({ changes: {}, errors: [] });
  const [floor = NEW_ZONE, stalls = NEW_ZONE] = base.zones;
  const edited = { ...base, texts: { ...base.texts, placesPerBuyer: '' }, zones: [floor, { ...stalls, price: '60' }] };
  expect([PERFORMANCE.isEdited(base, base), PERFORMANCE.isEdited(edited, base)]).toEqual([false, true]);
  expect(PERFORMANCE.changesOf(edited, base)).toEqual({
    changes: { placesPerBuyer: null, zones: [{ id: 'floor' }, { id: 'stalls', priceMinor: 6000 }] },
    errors: [],
  });
  const wrong = { ...base, zones: [floor, { ...stalls, price: 'much', capacity: '-1' }] };
  expect(PERFORMANCE.changesOf(wrong, base).errors.map(({ path }) => path)).toEqual([
    'zones.1.priceMinor',
    'zones.1.capacity',
  ]);
});

it('a zone that another operator changed comes along, one that was edited here stays', () => {
  const base = PERFORMANCE.draftOf(VIEW);
  const [floor = NEW_ZONE, stalls = NEW_ZONE] = base.zones;
  const latest = { ...base, zones: [{ ...floor, price: '70.00' }, stalls] };
  const draft = { ...base, zones: [floor, { ...stalls, price: '60' }] };
  expect(PERFORMANCE.rebase(draft, base, latest).zones.map(({ price }) => price)).toEqual(['70.00', '60']);
});

it('a new performance says of its zones what was typed, and leaves the rest to the seat map', () => {
  const zones = [
    { ...NEW_ZONE, id: 'floor', price: '10' },
    { ...NEW_ZONE, id: 'stalls' },
  ];
  expect(zoneChanges(zones, [], 'EUR')).toEqual({
    zones: [{ id: 'floor', priceMinor: 1000 }, { id: 'stalls' }],
    errors: [],
  });
  expect(zoneChanges([], [], 'EUR')).toEqual({ zones: [], errors: [] });
  expect(zoneTextsOf(VIEW)[0]).toEqual({ id: 'floor', name: 'floor', price: '50.00', fee: '5.00', capacity: '10' });
});
