import { expect, test } from 'vitest';
import { checkBuyer } from './check-buyer.ts';
import { readAddress, writeAddress, type ViewAddress } from './view-address.ts';

test.each<ViewAddress>([
  { view: 'events' },
  { view: 'events', room: 'demo' },
  { view: 'events', room: 'demo', terms: { q: 'night & music', on: '2031-01-02' } },
  { view: 'events', terms: { kind: 'train', from: 'Mumbai', to: 'NDLS' } },
  { view: 'performance', performanceId: 'demo-concert-1' },
  { view: 'performance', performanceId: 'demo-train-1', from: 'ST', to: 'KOTA' },
  { view: 'account' },
  { view: 'ticket', ticketId: '0198c0de-0000-7000-8000-000000000001' },
  { view: 'booking', bookingId: '0198c0de-0000-7000-8000-000000000000' },
])('an address survives being written and read: %j', (address) => {
  expect(readAddress(writeAddress(address))).toEqual(address);
});

test('half a journey is none', () => {
  expect(writeAddress({ view: 'events', terms: { kind: 'train', from: 'Mumbai' } })).toBe('?kind=train');
  expect(readAddress('?performance=demo-train-1&from=ST')).toEqual({
    view: 'performance',
    performanceId: 'demo-train-1',
  });
});

test('a buyer’s slips are caught beside their fields, in reading order', () => {
  expect(checkBuyer({ name: '', email: 'ada@' }).map((error) => error.path)).toEqual(['name', 'email']);
  expect(checkBuyer({ name: 'Ada', email: 'ada@example.org' })).toEqual([]);
});
