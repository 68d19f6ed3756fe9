import type { PerformanceStatus } from './catalogue.ts';
import type { FieldError } from './errors.ts';

/** What decides when a performance is sold. Times are ISO 8601. */
export type SaleTimes = {
  status: PerformanceStatus;
  startsAt: string;
  /** A scheduled performance goes on sale by itself then, and one on sale sells nothing before it. */
  onSaleAt?: string | null;
  /** How long before the start its sale ends; without it, not until the status says so. */
  salesCutOffSeconds?: number | null;
};

/** When the sale ends by its cut-off, ms since 1970; null when it has none. Pure. */
export const saleEndMs = ({ startsAt, salesCutOffSeconds }: SaleTimes): number | null =>
  salesCutOffSeconds === undefined || salesCutOffSeconds === null
    ? null
    : Date.parse(startsAt) - salesCutOffSeconds * 1000;

/**
 * Whether a performance is sold at this moment: `scheduled` not yet, `ended` no more. The times have the last word, so that a sale opens
 * and ends to the moment, whenever its row is brought up to it. Pure.
 */
export function saleAt(sale: SaleTimes, nowMs: number): PerformanceStatus {
  const endMs = saleEndMs(sale);
  if (sale.status === 'ended' || (endMs !== null && nowMs >= endMs)) return 'ended';
  const opensMs = sale.onSaleAt === undefined || sale.onSaleAt === null ? null : Date.parse(sale.onSaleAt);
  if (opensMs !== null) return nowMs >= opensMs ? 'on_sale' : 'scheduled';
  return sale.status;
}

/** Times of sale that contradict each other, as field errors; empty when all is well. Pure. */
export function refuseSaleTimes(sale: SaleTimes): FieldError[] {
  const endMs = saleEndMs(sale);
  if (endMs === null || sale.onSaleAt === undefined || sale.onSaleAt === null) return [];
  return Date.parse(sale.onSaleAt) < endMs
    ? []
    : [{ path: 'onSaleAt', message: 'must lie before the end of the sale' }];
}
