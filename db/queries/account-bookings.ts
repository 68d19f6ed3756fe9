import type { BookingStatus } from '../../contracts/bookings.ts';
import type { Sql } from '../connect.ts';

/** A line of the list of somebody's bookings. */
export type OwnBookingRow = {
  id: string;
  status: BookingStatus;
  performanceId: string;
  eventName: string;
  startsAt: Date;
  timeZone: string;
  places: number;
  totalMinor: number;
  currency: string;
  payBy: Date;
  createdAt: Date;
};

/** Bookings of an address below the cursor (an id; ids are ordered by time), the newest first. A plain read by `bookings_of_email`. */
export const listOwnBookings = async (
  sql: Sql,
  { email, cursor, limit }: { email: string; cursor: string | null; limit: number },
): Promise<OwnBookingRow[]> =>
  sql<OwnBookingRow[]>`SELECT b.id, b.status, b.performance_id AS "performanceId", e.name AS "eventName",
      p.starts_at AS "startsAt", p.time_zone AS "timeZone", b.total_minor AS "totalMinor", b.currency,
      b.pay_by AS "payBy", b.created_at AS "createdAt",
      (SELECT sum(quantity)::int FROM booking_items i WHERE i.booking_id = b.id) AS places
    FROM bookings b JOIN performances p ON p.id = b.performance_id JOIN events e ON e.id = p.event_id
    WHERE b.email_normalised = ${email} AND (${cursor}::uuid IS NULL OR b.id < ${cursor}::uuid)
    ORDER BY b.id DESC LIMIT ${limit}`;
