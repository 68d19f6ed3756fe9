/** How finely it is counted, ms: also how much of a wait for the processor counts at most. */
const STEP_MS = 50;

/** Something that ends when this process has had its turns for so long. */
export type LoopTimer = {
  /** What was used up so far, ms. */
  usedMs(): number;
  cancel(): void;
};

/**
 * Calls `onTime` after `ms` in which this process got its turns. A time-out by the clock blames whom one waits for, also when the
 * answer lies in our own socket and we were too busy to read it: under a rush every store then seems away at once. Time that passes
 * between two turns counts for a step at most, and before the end there is one more turn to read what has come.
 */
export function afterLoopTime(ms: number, onTime: () => void, now: () => number = () => performance.now()): LoopTimer {
  let timer: ReturnType<typeof setTimeout> | null = null;
  let usedMs = 0;
  let stepAt = now();
  const step = (): void => {
    const leftMs = ms - usedMs;
    stepAt = now();
    if (leftMs <= 0) timer = setTimeout(onTime, 0);
    else {
      const sliceMs = Math.min(STEP_MS, leftMs);
      timer = setTimeout(() => {
        usedMs += sliceMs;
        step();
      }, sliceMs);
    }
  };
  step();
  return {
    usedMs: () => usedMs + Math.min(STEP_MS, now() - stepAt),
    cancel() {
      if (timer !== null) clearTimeout(timer);
    },
  };
}

/**
 * Waits for work no longer than `ms` by the loop, then rejects with what `tooLate` makes; the work itself goes on. `onEnd` hears how much
 * was used. One promise for all: each visitor's request waits like this.
 */
export function withinLoopTime<T>(
  ms: number,
  work: () => Promise<T>,
  tooLate: () => Error,
  onEnd: (usedMs: number) => void = () => {},
): Promise<T> {
  return new Promise((resolve, reject) => {
    const working = work();
    let hasEnded = false;
    const end = (): void => {
      if (hasEnded) return;
      hasEnded = true;
      onEnd(timer.usedMs());
      timer.cancel();
    };
    const timer = afterLoopTime(ms, () => {
      end();
      reject(tooLate());
    });
    void working.then(end, end);
    void working.then(resolve, reject);
  });
}
