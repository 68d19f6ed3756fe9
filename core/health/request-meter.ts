import type { Clock } from '../../platform/clock.ts';

/** What the last answers say, ms; older ones count no more. */
const WINDOW_MS = 10_000;
/** Answers kept at most: under a storm the newest of them speak for all. */
const MAX_KEPT = 2000;

/** Measures core's own answers for its health. Memory is bounded; one answer costs O(1). */
export type RequestMeter = {
  note(answer: { isHold: boolean; status: number; durationMs: number }): void;
  /** 95th percentile of holds, share of answers ≥ 500 and number of answers in the last ten seconds; null where there was none. */
  read(): { holdP95Ms: number | null; errorRate: number | null; answers: number };
};

/** A meter over the given clock. */
export function createRequestMeter(clock: Clock): RequestMeter {
  let answers: { atMs: number; isHold: boolean; failed: boolean; durationMs: number }[] = [];
  return {
    note({ isHold, status, durationMs }) {
      // Halving keeps the cost of dropping the oldest constant per answer.
      if (answers.length >= 2 * MAX_KEPT) answers = answers.slice(-MAX_KEPT);
      answers.push({ atMs: clock.nowMs(), isHold, failed: status >= 500, durationMs });
    },
    read() {
      const from = clock.nowMs() - WINDOW_MS;
      answers = answers.filter((answer) => answer.atMs > from);
      const holds = answers.filter((answer) => answer.isHold).map((answer) => answer.durationMs);
      const failed = answers.filter((answer) => answer.failed).length;
      return {
        holdP95Ms: percentile95(holds),
        errorRate: answers.length === 0 ? null : failed / answers.length,
        answers: answers.length,
      };
    },
  };
}

function percentile95(values: number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil(0.95 * sorted.length) - 1] ?? null;
}
