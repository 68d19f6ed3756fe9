import { expect, it } from 'vitest';
import { createRecentMap } from './recent-map.ts';

it('what was used longest ago goes first, however early it came', () => {
  const map = createRecentMap<number>(2);
  map.set('hot', 1);
  map.set('once', 2);
  expect(map.get('hot')).toBe(1);
  map.set('new', 3);
  expect([map.get('hot'), map.get('once'), map.get('new')]).toEqual([1, undefined, 3]);
  map.set('hot', 4);
  expect([map.get('hot'), map.get('new')]).toEqual([4, 3]);
});
