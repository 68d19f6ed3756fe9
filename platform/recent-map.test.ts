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

it('what all weigh together is bounded, and what is too heavy alone is not kept', () => {
  const map = createRecentMap<number>(10, { max: 5, of: (value) => value });
  const kept = () => ['a', 'b', 'c'].map((key) => map.get(key));
  map.set('a', 2);
  map.set('b', 3);
  map.set('a', 1);
  map.set('c', 1);
  expect(kept()).toEqual([1, 3, 1]);
  map.set('c', 4);
  expect(kept()).toEqual([undefined, undefined, 4]);
  map.delete('c');
  map.set('a', 5);
  expect(kept()).toEqual([5, undefined, undefined]);
  map.set('b', 6);
  expect(kept()).toEqual([undefined, undefined, undefined]);
});
