import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { afterLoopTime } from './loop-time.ts';

/** Keeps the loop from turning, as a rush of requests does. */
function keepBusy(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

describe('time by the loop', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('is over after so many ms of an idle process, not one sooner, and not after it was cancelled', () => {
    const [onTime, never] = [vi.fn(), vi.fn()];
    afterLoopTime(800, onTime);
    const cancelled = afterLoopTime(800, never);
    vi.advanceTimersByTime(400);
    cancelled.cancel();
    vi.advanceTimersByTime(399);
    expect(onTime).not.toHaveBeenCalled();
    // At 800 ms there is one more turn.
    vi.advanceTimersByTime(2);
    expect(onTime).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(5000);
    expect([onTime.mock.calls.length, never.mock.calls.length]).toEqual([1, 0]);
  });

  it('tells what was used up, of one long wait no more than a step', () => {
    let nowMs = 0;
    const timer = afterLoopTime(
      800,
      () => {},
      () => nowMs,
    );
    nowMs = 30;
    expect(timer.usedMs()).toBe(30);
    nowMs = 5000;
    expect(timer.usedMs()).toBe(50);
  });
});

it('an answer that came while the process was busy counts, where the clock alone would have given it up', async () => {
  const answer = () => new Promise<string>((resolve) => setImmediate(() => setImmediate(() => resolve('answered'))));
  const tooLate = (start: (reject: () => void) => unknown) =>
    new Promise<string>((resolve) => start(() => resolve('too late')));
  const byClock = tooLate((reject) => setTimeout(reject, 100));
  const byLoop = tooLate((reject) => afterLoopTime(100, reject));
  const [first, second] = [Promise.race([answer(), byClock]), Promise.race([answer(), byLoop])];
  keepBusy(150);
  expect([await first, await second]).toEqual(['too late', 'answered']);
});
