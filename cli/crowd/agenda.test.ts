import { describe, expect, it } from 'vitest';
import { createManualClock } from '../../platform/clock.ts';
import { createAgenda, type AgendaItem } from './agenda.ts';

/** An agenda on a clock that the test moves; `timers` counts those that are set at the moment. */
function setUp(maxRunning = 10) {
  const clock = createManualClock(1000);
  const timers = new Set<{ callback: () => void; dueMs: number }>();
  const agenda = createAgenda({
    clock,
    maxRunning,
    setTimer: (callback, afterMs) => {
      const timer = { callback, dueMs: clock.nowMs() + afterMs };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
  });
  const pass = async (ms: number): Promise<void> => {
    clock.advance(ms);
    for (const timer of timers) {
      if (timer.dueMs > clock.nowMs()) continue;
      timers.delete(timer);
      timer.callback();
    }
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { agenda, clock, timers, pass };
}

/** An item that notes when it runs and pauses as told. */
function noting(clock: { nowMs(): number }, pauses: (number | null)[]): AgendaItem & { ranAt: number[] } {
  const ranAt: number[] = [];
  return {
    ranAt,
    async run() {
      ranAt.push(clock.nowMs() - 1000);
      return pauses[ranAt.length - 1] ?? null;
    },
  };
}

describe('the agenda', () => {
  it('runs each item when it is due, not a millisecond sooner, by one timer', async () => {
    const { agenda, clock, timers, pass } = setUp();
    const items = [50, 20, 80].map((afterMs) => ({ afterMs, item: noting(clock, [100, null]) }));
    for (const { item, afterMs } of items) agenda.add(item, afterMs);
    expect(timers.size).toBe(1);
    await pass(19);
    expect(items.flatMap(({ item }) => item.ranAt)).toEqual([]);
    await pass(1);
    for (let i = 0; i < 20; i += 1) await pass(10);
    expect(items.map(({ item }) => item.ranAt)).toEqual([
      [50, 150],
      [20, 120],
      [80, 180],
    ]);
    await agenda.finished;
    expect(timers.size).toBe(0);
  });

  it('starts no more at a time than it may, and the soonest due first', async () => {
    const { agenda, pass } = setUp(2);
    const started: number[] = [];
    const release: (() => void)[] = [];
    for (const [index, afterMs] of [30, 10, 20].entries()) {
      agenda.add(
        {
          run: () => {
            started.push(index);
            return new Promise((resolve) => release.push(() => resolve(null)));
          },
        },
        afterMs,
      );
    }
    await pass(100);
    expect(started).toEqual([1, 2]);
    release[0]?.();
    await pass(0);
    await pass(0);
    expect(started).toEqual([1, 2, 0]);
  });

  it('wakes an item that waits, once, and leaves one that is over alone', async () => {
    const { agenda, clock, pass } = setUp();
    const item = noting(clock, [5000, null]);
    agenda.add(item, 5000);
    await pass(10);
    agenda.wake(item);
    agenda.wake(item);
    await pass(0);
    expect(item.ranAt).toEqual([10]);
    await pass(5000);
    agenda.wake(item);
    await pass(5000);
    expect(item.ranAt).toEqual([10, 5010]);
    await agenda.finished;
  });

  it('runs nothing after it was stopped', async () => {
    const { agenda, clock, pass } = setUp();
    const item = noting(clock, [10, 10, null]);
    agenda.add(item, 10);
    await pass(10);
    agenda.stop();
    await pass(100);
    expect(item.ranAt).toEqual([10]);
    await agenda.finished;
  });
});
