import { saleAt, saleEndMs } from '../../contracts/sale.ts';
import { isoTime } from '../../platform/clock.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import type { Performance } from './performance.ts';

/** Refuses `forbidden` while a performance is not sold, or no more, with `sale`, and when it opens or ended, where that is set. */
export function requireOnSale(performance: Performance, nowMs: number): void {
  const sale = saleAt(performance, nowMs);
  if (sale === 'on_sale') return;
  const { onSaleAt } = performance;
  const endMs = saleEndMs(performance);
  const detail =
    sale === 'scheduled' ? 'This performance is not on sale yet.' : 'The sale of this performance has ended.';
  throw new OperatingError('forbidden', {
    detail,
    extra: {
      sale,
      ...(onSaleAt === undefined || onSaleAt === null ? {} : { onSaleAt }),
      ...(endMs === null ? {} : { salesEndAt: isoTime(endMs) }),
    },
  });
}
