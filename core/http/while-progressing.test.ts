import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { whileProgressing } from './while-progressing.ts';

describe('waiting for a write', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  const never = () => new Promise<string>(() => {});

  it('gives up within a second when its pool finishes nothing', async () => {
    const refusal = whileProgressing({}, never()).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(950);
    expect(await refusal).toMatchObject({ code: 'store_unavailable' });
  });

  it('goes on waiting while others finish, and gives up after they stop', async () => {
    const pool = {};
    let state = 'waiting';
    const waiting = whileProgressing(pool, never()).catch(() => (state = 'gave up'));
    for (let i = 0; i < 10; i += 1) {
      await vi.advanceTimersByTimeAsync(500);
      await whileProgressing(pool, Promise.resolve('done'));
    }
    expect(state).toBe('waiting');
    await vi.advanceTimersByTimeAsync(950);
    await waiting;
    expect(state).toBe('gave up');
  });

  it('hands on what the write came to', async () => {
    await expect(whileProgressing({}, Promise.resolve(7))).resolves.toBe(7);
    await expect(whileProgressing({}, Promise.reject(new Error('refused')))).rejects.toThrow('refused');
  });
});
