import { useEffect } from 'preact/hooks';
import type { PerformanceView } from '../../contracts/catalogue.ts';

/** Pages look again within so much after the opening, ms, each at a moment of its own: an edge keeps the answer for a second. */
const SPREAD_MS = 3000;
/** A device whose clock is ahead, or an answer that was kept, asks again after so much, ms. */
const AGAIN_MS = 3000;
/** Timers of browsers end at 24 days; a page that is open for longer than this looks anew, ms. */
const LONGEST_MS = 12 * 3_600_000;

/** When a page looks whether the sale has opened, in ms from `nowMs`; `chance` in [0, 1). Pure. */
export function lookAfterMs(onSaleAtMs: number, nowMs: number, chance: number): number {
  const untilMs = onSaleAtMs - nowMs;
  return Math.min(LONGEST_MS, untilMs > 0 ? untilMs : AGAIN_MS) + Math.floor(chance * SPREAD_MS);
}

/** Reads a performance again when its sale opens, so that nobody has to reload the page at that moment. */
export function useSaleOpening(performance: PerformanceView | null, reload: () => void): void {
  const onSaleAt = performance?.status === 'scheduled' ? performance.onSaleAt : undefined;
  useEffect(() => {
    if (onSaleAt === undefined) return undefined;
    const timer = setTimeout(reload, lookAfterMs(Date.parse(onSaleAt), Date.now(), Math.random()));
    return () => clearTimeout(timer);
    // Each answer begins a wait of its own, also one that says the same.
  }, [performance, onSaleAt, reload]);
}
