import type { Connection } from '../connect.ts';

/** How long after the end of its sale a performance is loaded and compared: refunds and late payments are through by then. */
export const SETTLED_AFTER_SECONDS = 86_400;

/**
 * Whether the sale of performance `p` has not ended, by its status and its times, as `contracts/sale.ts` says: a row whose sale ends by its
 * cut-off stays `on_sale`. With `graceSeconds`, not longer ago than that.
 */
export const notEnded = (sql: Connection, graceSeconds = 0) =>
  sql`(p.status <> 'ended' AND (p.sales_cut_off_seconds IS NULL
    OR now() < p.starts_at - make_interval(secs => p.sales_cut_off_seconds - ${graceSeconds}::int)))`;

/** Whether performance `p` is sold now. */
export const onSale = (sql: Connection) =>
  sql`(${notEnded(sql)} AND coalesce(p.on_sale_at <= now(), p.status = 'on_sale'))`;
