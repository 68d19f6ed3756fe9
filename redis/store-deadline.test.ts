import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ScriptClient } from './script-client.ts';
import { boundEach, withDeadline } from './store-deadline.ts';

/** A store that answers after so many ms. */
const slow = (ms: number): ScriptClient => ({
  run: () => Promise.reject(new Error('not used here')),
  get: () => new Promise((resolve) => setTimeout(() => resolve('here'), ms)),
  isMember: () => Promise.reject(new Error('not used here')),
});
const clock = { nowMs: () => Date.now() };
const away = { code: 'store_unavailable' };

describe('the time a store is given', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  const ended = async (asked: Promise<unknown>, ms: number) => {
    let end: unknown = 'waiting';
    void asked.then(
      (value) => (end = value),
      (error: unknown) => (end = error),
    );
    await vi.advanceTimersByTimeAsync(ms);
    return end;
  };

  it('is shared by all commands of a request', async () => {
    const store = withDeadline(slow(500), clock);
    expect(await ended(store.get('a'), 500)).toBe('here');
    expect(await ended(store.get('b'), 290)).toBe('waiting');
    await vi.advanceTimersByTimeAsync(12);
    expect(await ended(store.get('c'), 0)).toMatchObject(away);
  });

  it('is used up once by commands that run at once', async () => {
    const store = withDeadline(slow(500), clock);
    await ended(Promise.all([store.get('a'), store.get('b')]), 500);
    expect(await ended(store.get('c'), 200)).toBe('waiting');
  });

  it('is bounded for a single command too, unless its request has a bound of its own', async () => {
    expect(await ended(boundEach(slow(900)).get('a'), 802)).toMatchObject(away);
    expect(await ended(withDeadline(boundEach(slow(900)), clock, 1000).get('a'), 900)).toBe('here');
  });
});
