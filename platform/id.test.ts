import { expect, it } from 'vitest';
import { isId, newId } from './id.ts';

it('new ids are of version 7, name their millisecond, are all different, and sort as they were made', () => {
  const before = Date.now();
  const ids = Array.from({ length: 50_000 }, newId);
  expect(ids.every(isId)).toBe(true);
  expect(new Set(ids.map((id) => id[14]))).toEqual(new Set(['7']));
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.toSorted()).toEqual(ids);
  const msOf = (id = '') => Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16);
  expect(msOf(ids[0])).toBeGreaterThanOrEqual(before);
  // 4,096 in a millisecond at most: who makes them faster borrows from the next.
  expect(msOf(ids.at(-1))).toBeLessThanOrEqual(Date.now() + Math.ceil(ids.length / 4096));
});
