import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { whileProgressing, type Turn } from './while-progressing.ts';

describe('waiting for a write', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  const never = () => new Promise<string>(() => {});

  it('gives up within a second when its pool finishes nothing', async () => {
    const refusal = whileProgressing({}, never).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(950);
    expect(await refusal).toMatchObject({ code: 'store_unavailable' });
  });

  it('goes on waiting while others finish, and gives up after they stop', async () => {
    const pool = {};
    let state = 'waiting';
    const waiting = whileProgressing(pool, never).catch(() => (state = 'gave up'));
    for (let i = 0; i < 10; i += 1) {
      await vi.advanceTimersByTimeAsync(500);
      await whileProgressing(pool, () => Promise.resolve('done'));
    }
    expect(state).toBe('waiting');
    await vi.advanceTimersByTimeAsync(950);
    await waiting;
    expect(state).toBe('gave up');
  });

  it('tells the write that its caller was refused, so that it need not begin', async () => {
    const turns: Turn[] = [];
    const refusal = whileProgressing({}, (turn) => {
      turns.push(turn);
      return never();
    }).catch((error: unknown) => error);
    expect(turns).toEqual([{ isRefused: false }]);
    await vi.advanceTimersByTimeAsync(950);
    await refusal;
    expect(turns).toEqual([{ isRefused: true }]);
  });

  it('begins no more than 200 writes on one pool, and counts those whose callers have gone', async () => {
    const pool = {};
    let begun = 0;
    const write = () => {
      begun += 1;
      return never();
    };
    const waiting = Array.from({ length: 201 }, () => whileProgressing(pool, write).catch((error: unknown) => error));
    expect(await waiting[200]).toMatchObject({ code: 'busy' });
    await vi.advanceTimersByTimeAsync(950);
    expect(await waiting[199]).toMatchObject({ code: 'store_unavailable' });
    await expect(whileProgressing(pool, write)).rejects.toMatchObject({ code: 'busy' });
    expect(begun).toBe(200);
    await expect(whileProgressing({}, () => Promise.resolve('another pool'))).resolves.toBe('another pool');
  });

  it('hands on what the write came to', async () => {
    await expect(whileProgressing({}, () => Promise.resolve(7))).resolves.toBe(7);
    await expect(whileProgressing({}, () => Promise.reject(new Error('refused')))).rejects.toThrow('refused');
  });
});
