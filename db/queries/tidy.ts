import { IDEMPOTENCY_TTL_SECONDS } from '../../contracts/limits.ts';
import type { Sql } from '../connect.ts';

/** How long finished work is kept, days: for whoever looks into yesterday's sale, and longer than a provider repeats an event. */
const DONE_DAYS = 7;
/** How long ended admissions are kept, days: queue tickets live one, and a restore reads no further back. */
const ENDED_DAYS = 2;
/** How long reports of comparisons are kept, days: for whoever closes the month. The hourly ones alone are 24 a day. */
const REPORT_DAYS = 35;

/** Deletes at most `limit` rows that no longer matter; returns how many. One statement each, by index, past locked rows. */
type Tidier = (sql: Sql, limit: number) => Promise<number>;

const count = async (deletion: PromiseLike<{ count: number }>): Promise<number> => (await deletion).count;

/** Rows that are over by themselves. */
const expired =
  (table: string): Tidier =>
  (sql, limit) =>
    count(sql`DELETE FROM ${sql(table)} WHERE ctid IN (SELECT ctid FROM ${sql(table)}
      WHERE expires_at <= now() LIMIT ${limit} FOR UPDATE SKIP LOCKED)`);

/** Finished work, by the column that says when it was done. */
const done =
  (table: string, at: string): Tidier =>
  (sql, limit) =>
    count(sql`DELETE FROM ${sql(table)} WHERE ctid IN (SELECT ctid FROM ${sql(table)}
      WHERE ${sql(at)} <= now() - make_interval(days => ${DONE_DAYS}) LIMIT ${limit} FOR UPDATE SKIP LOCKED)`);

/** Every table whose rows are only ever added, by what is deleted of it. */
export const TIDIERS: Record<string, Tidier> = {
  idempotencyKeys: (sql, limit) =>
    count(sql`DELETE FROM idempotency_keys WHERE ctid IN (SELECT ctid FROM idempotency_keys
      WHERE created_at <= now() - make_interval(secs => ${IDEMPOTENCY_TTL_SECONDS}) LIMIT ${limit} FOR UPDATE SKIP LOCKED)`),

  checkoutCodes: expired('checkout_codes'),
  signInCodes: expired('sign_in_codes'),
  accountSessions: expired('account_sessions'),

  // Kept places are decided on within seconds.
  waitlistDecisions: done('waitlist_decisions', 'decided_at'),

  // Refunds stay: they say which captures went back, whenever the booking is cancelled.
  outbox: (sql, limit) =>
    count(sql`DELETE FROM outbox WHERE ctid IN (SELECT ctid FROM outbox
      WHERE kind <> 'payment.refund' AND done_at <= now() - make_interval(days => ${DONE_DAYS})
      LIMIT ${limit} FOR UPDATE SKIP LOCKED)`),

  webhookInbox: done('webhook_inbox', 'processed_at'),
  webhookDeliveries: done('webhook_deliveries', 'done_at'),
  notifications: done('notifications', 'done_at'),
  pushSubscriptions: expired('push_subscriptions'),
  turnNotices: expired('turn_notices'),

  // Of endpoints that were taken away; their rows stay, without secrets, since the audit trail names them.
  unwantedDeliveries: (sql, limit) =>
    count(sql`DELETE FROM webhook_deliveries WHERE ctid IN (SELECT ctid FROM webhook_deliveries
      WHERE endpoint_id IN (SELECT id FROM webhook_endpoints WHERE deleted_at IS NOT NULL)
        AND done_at IS NULL AND dead_at IS NULL LIMIT ${limit} FOR UPDATE SKIP LOCKED)`),

  unwantedDeadDeliveries: (sql, limit) =>
    count(sql`DELETE FROM webhook_deliveries WHERE ctid IN (SELECT ctid FROM webhook_deliveries
      WHERE endpoint_id IN (SELECT id FROM webhook_endpoints WHERE deleted_at IS NOT NULL)
        AND dead_at IS NOT NULL LIMIT ${limit} FOR UPDATE SKIP LOCKED)`),

  // An epoch's own stays while that epoch lasts: without it the comparison would be made once more.
  reconciliations: (sql, limit) =>
    count(sql`DELETE FROM reconciliations WHERE ctid IN (SELECT ctid FROM reconciliations r
      WHERE finished_at <= now() - make_interval(days => ${REPORT_DAYS})
        AND NOT EXISTS (SELECT 1 FROM performances p JOIN rooms ON rooms.id = p.room WHERE r.slot = 'epoch:' || p.id || ':' || rooms.epoch)
      LIMIT ${limit} FOR UPDATE SKIP LOCKED)`),

  spentTickets: expired('spent_tickets'),

  async admissions(sql, limit) {
    const [row] = await sql<
      { count: number }[]
    >`WITH gone AS (DELETE FROM admissions WHERE ctid IN (SELECT ctid FROM admissions
        WHERE ended_at <= now() - make_interval(days => ${ENDED_DAYS}) LIMIT ${limit} FOR UPDATE SKIP LOCKED) RETURNING room),
      counted AS (SELECT room, count(*) AS count FROM gone GROUP BY room),
      kept AS (UPDATE rooms SET admissions_forgotten = admissions_forgotten + counted.count FROM counted WHERE id = counted.room)
      SELECT count(*)::int AS count FROM gone`;
    return row?.count ?? 0;
  },
};
