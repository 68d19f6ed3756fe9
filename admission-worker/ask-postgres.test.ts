import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connectDatabase } from '../db/connect.ts';
import { createPostgresGate, createRenewablePool, POSTGRES_DEADLINE_MS } from './ask-postgres.ts';

// Pools that nobody connects: a gate only hands them on.
const pools = [0, 1].map(() => connectDatabase('postgres://nobody@127.0.0.1:1/nothing', { max: 1 }));
const never = () => new Promise<never>(() => {});
const LATE = { code: 'store_unavailable', message: 'Postgres has not answered in time' };

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

function createGate() {
  let connected = 0;
  const pool = createRenewablePool(() => {
    const sql = pools[connected++];
    if (sql === undefined) throw new Error('too many pools');
    return sql;
  });
  return { gate: createPostgresGate(pool), pool, connected: () => connected };
}

describe('a question to Postgres', () => {
  it('is given up at the deadline, not a millisecond before', async () => {
    const { gate } = createGate();
    const settled = vi.fn<() => void>();
    const asked = gate.ask(never).catch((error: unknown) => {
      settled();
      return error;
    });
    await vi.advanceTimersByTimeAsync(POSTGRES_DEADLINE_MS - 1);
    expect(settled).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(await asked).toMatchObject(LATE);
    expect(gate.isAway()).toBe(true);
  });

  it('is not sent while an earlier one has not come back, and is once that has', async () => {
    const { gate } = createGate();
    let comeBack = (_value: string) => {};
    const first = gate
      .ask(() => new Promise<string>((resolve) => (comeBack = resolve)))
      .catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(POSTGRES_DEADLINE_MS);
    expect(await first).toMatchObject(LATE);
    const second = vi.fn<() => Promise<string>>(async () => 'second');
    await expect(gate.ask(second)).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(second).not.toHaveBeenCalled();
    comeBack('late');
    await vi.advanceTimersByTimeAsync(0);
    expect(gate.isAway()).toBe(false);
    expect(await gate.ask(second)).toBe('second');
  });

  it('that fails says so, with what Postgres said as the cause', async () => {
    const { gate } = createGate();
    const cause = new Error('deadlock detected');
    await expect(gate.ask(() => Promise.reject(cause))).rejects.toMatchObject({ code: 'store_unavailable', cause });
    expect(gate.isAway()).toBe(true);
  });

  it('that never comes back costs the pool after ten seconds, once', async () => {
    const { gate, pool, connected } = createGate();
    void gate.ask(never).catch(() => {});
    for (let second = 0; second < 10; second++) {
      await vi.advanceTimersByTimeAsync(1000);
      await gate.ask(never).catch(() => {});
    }
    expect(connected()).toBe(1);
    await vi.advanceTimersByTimeAsync(1000);
    await gate.ask(never).catch(() => {});
    await gate.ask(never).catch(() => {});
    expect(connected()).toBe(2);
    expect(pool.sql()).toBe(pools[1]);
  });
});
