/** How bench figures are made: repeat, sort, quote the median and the tail, never a single run. */

export type Timings = { count: number; p50Ms: number; p99Ms: number; maxMs: number };

/** Percentiles of durations in ms (nearest rank). */
export function toTimings(times: number[]): Timings {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { count: sorted.length, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: sorted.at(-1) ?? 0 };
}

/** Calls per second of `work` with `width` calls in flight for about `seconds`; bounded by both. */
export async function ratePerSecond(
  width: number,
  seconds: number,
  work: (index: number) => Promise<unknown>,
): Promise<number> {
  const until = performance.now() + seconds * 1000;
  const began = performance.now();
  const counts = await Promise.all(
    Array.from({ length: width }, async (_, worker) => {
      let done = 0;
      while (performance.now() < until) {
        await work(worker + done * width);
        done++;
      }
      return done;
    }),
  );
  return counts.reduce((sum, count) => sum + count, 0) / ((performance.now() - began) / 1000);
}
