import { expect, it } from 'vitest';
import { createManualClock } from '../../platform/clock.ts';
import { createSharedReads } from './shared-reads.ts';

const setUp = () => {
  const clock = createManualClock(1000);
  const reads = createSharedReads<number>({
    clock,
    isFresh: (_value, readAt, now) => now - readAt < 100,
    failureMs: 50,
  });
  let count = 0;
  return { clock, reads, count: () => count, read: () => Promise.resolve((count += 1)) };
};

it('a value is read again when it is no longer fresh, not a millisecond sooner', async () => {
  const { clock, reads, read } = setUp();
  expect(await reads.get('a', read)).toBe(1);
  clock.advance(99);
  expect(await reads.get('a', read)).toBe(1);
  clock.advance(1);
  expect(await reads.get('a', read)).toBe(2);
});

it('many requests at once make one read', async () => {
  const { reads, read, count } = setUp();
  const slow = async () => {
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
    return read();
  };
  const values = await Promise.all(Array.from({ length: 50 }, () => reads.get('a', slow)));
  expect(new Set(values)).toEqual(new Set([1]));
  expect(count()).toBe(1);
});

it('a failure answers for a moment and keeps the last value', async () => {
  const { clock, reads, read, count } = setUp();
  await reads.get('a', read);
  clock.advance(100);
  let failures = 0;
  const fail = () => {
    failures += 1;
    return Promise.reject(new Error('away'));
  };
  await expect(reads.get('a', fail)).rejects.toThrow('away');
  await expect(reads.get('a', fail)).rejects.toThrow('away');
  expect(failures).toBe(1);
  expect(reads.last('a')).toBe(1);
  clock.advance(50);
  expect(await reads.get('a', read)).toBe(2);
  expect(count()).toBe(2);
});

it('made-up keys, which can’t be read, push out no key that was', async () => {
  const { reads, read, count } = setUp();
  await reads.get('hot', read);
  const missing = () => Promise.reject(new Error('no such room'));
  for (let key = 0; key < 3000; key += 1) await reads.get(`made-up-${key}`, missing).catch(() => 'refused');
  expect(reads.last('hot')).toBe(1);
  expect(await reads.get('hot', read)).toBe(1);
  expect(count()).toBe(1);
});

it('made-up keys do not fill the memory', async () => {
  const { reads, read } = setUp();
  for (let key = 0; key < 2001; key += 1) await reads.get(String(key), read);
  expect(reads.last('0')).toBeUndefined();
  expect(reads.last('2000')).toBe(2001);
});
