import type { Sql } from '../connect.ts';

export type DueBooking = { id: string; overdueMs: number };

/**
 * Takes unpaid bookings past their `pay_by` (Postgres time) for `leaseSeconds`; one statement, `FOR UPDATE SKIP LOCKED`. No lock
 * is kept while the provider is asked: whoever changes the booking locks it and looks again.
 */
export async function takeDueBookings(sql: Sql, limit: number, leaseSeconds: number): Promise<DueBooking[]> {
  return sql<DueBooking[]>`UPDATE bookings SET expiry_retry_at = now() + make_interval(secs => ${leaseSeconds})
    WHERE id IN (SELECT id FROM bookings WHERE status = 'pending_payment' AND pay_by <= now()
      AND (expiry_retry_at IS NULL OR expiry_retry_at <= now()) ORDER BY pay_by LIMIT ${limit} FOR UPDATE SKIP LOCKED)
    RETURNING id, (extract(epoch FROM now() - pay_by) * 1000)::float8 AS "overdueMs"`;
}
