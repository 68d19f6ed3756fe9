import type { BookingStatus } from '../../contracts/bookings.ts';
import type { Transaction } from '../connect.ts';
import type { BookingRow, WholeBooking } from './bookings.ts';
import { quantitiesByZone } from './new-booking.ts';
import { addAllocationSold, addSold } from './zone-legs.ts';

/** Changes of a booking. Each needs `lockBooking`; those that move seats need it with the zones. READ COMMITTED. */

/** Moves a booking to a state with a line of history; returns the new version. */
export async function setBookingStatus(
  tx: Transaction,
  booking: Pick<BookingRow, 'id' | 'version'>,
  status: BookingStatus,
  by: { actor: string; action: string; details?: Record<string, string | number> },
): Promise<number> {
  const version = booking.version + 1;
  await Promise.all([
    tx`UPDATE bookings SET status = ${status}, version = ${version}, changed_at = now(), expiry_retry_at = NULL WHERE id = ${booking.id}`,
    tx`INSERT INTO booking_history (booking_id, version, actor, action, details)
      VALUES (${booking.id}, ${version}, ${by.actor}, ${by.action}, ${tx.json(by.details ?? {})})`,
  ]);
  return version;
}

/** Gives a booking's seats and places back to the sale, or to the allocation they are of. */
export async function freeSeats(tx: Transaction, booking: WholeBooking): Promise<void> {
  await Promise.all([
    tx`DELETE FROM seat_claims WHERE booking_id = ${booking.id} AND block_id IS NULL`,
    tx`UPDATE seat_claims SET booking_id = NULL, state = 'blocked' WHERE booking_id = ${booking.id} AND block_id IS NOT NULL`,
    changeSold(tx, booking, -1),
  ]);
}

/** Takes the seats of an expired booking again, as sold. False, having written nothing, when one of them is gone. */
export async function retakeSeats(tx: Transaction, booking: WholeBooking): Promise<boolean> {
  const { id, performanceId, fromLeg, toLeg } = booking;
  const wanted = () => tx`booking_items i CROSS JOIN generate_series(${fromLeg}::int, ${toLeg - 1}::int) AS on_leg`;
  const [[taken], [short]] = await Promise.all([
    tx<{ count: number }[]>`SELECT count(*)::int AS count FROM ${wanted()}
      LEFT JOIN seat_claims c ON c.performance_id = ${performanceId} AND c.seat_id = i.seat_id AND c.leg = on_leg
      WHERE i.booking_id = ${id} AND i.seat_id IS NOT NULL
        AND (c.booking_id IS NOT NULL OR c.block_id IS DISTINCT FROM i.block_id)`,
    tx<{ count: number }[]>`SELECT count(*)::int AS count
      FROM (SELECT i.zone_id, i.block_id, on_leg AS leg, sum(i.quantity) AS quantity FROM ${wanted()} WHERE i.booking_id = ${id} GROUP BY 1, 2, 3) wish
      LEFT JOIN zone_legs z ON z.performance_id = ${performanceId} AND z.zone_id = wish.zone_id AND z.leg = wish.leg
      LEFT JOIN block_legs l ON l.block_id = wish.block_id AND l.zone_id = wish.zone_id AND l.leg = wish.leg
      WHERE wish.quantity > CASE WHEN wish.block_id IS NULL THEN z.capacity - z.sold ELSE coalesce(l.capacity - l.sold, 0) END`,
  ]);
  if (taken === undefined || taken.count > 0 || short === undefined || short.count > 0) return false;
  await Promise.all([
    tx`INSERT INTO seat_claims (performance_id, seat_id, leg, booking_id, zone_id, state)
      SELECT ${performanceId}, i.seat_id, on_leg, ${id}, i.zone_id, 'sold' FROM ${wanted()}
      WHERE i.booking_id = ${id} AND i.seat_id IS NOT NULL AND i.block_id IS NULL ORDER BY i.seat_id, on_leg`,
    tx`UPDATE seat_claims c SET booking_id = ${id}, state = 'sold' FROM booking_items i
      WHERE i.booking_id = ${id} AND i.block_id IS NOT NULL AND c.block_id = i.block_id AND c.performance_id = ${performanceId}
        AND c.seat_id = i.seat_id AND c.leg >= ${fromLeg} AND c.leg < ${toLeg}`,
    changeSold(tx, booking, 1),
  ]);
  return true;
}

/** Counts all its places as sold (1), or not any more (−1), where they are counted: with their zones, or with their allocation. */
async function changeSold(
  tx: Transaction,
  { performanceId, items, fromLeg, toLeg }: WholeBooking,
  sign: 1 | -1,
): Promise<void> {
  const legs = [fromLeg, toLeg] as const;
  const blocks = new Set(items.map((item) => item.blockId ?? null));
  await Promise.all(
    [...blocks].map((blockId) => {
      const own = quantitiesByZone(items.filter((item) => (item.blockId ?? null) === blockId));
      const change = new Map([...own].map(([zoneId, quantity]) => [zoneId, sign * quantity]));
      return blockId === null ? addSold(tx, performanceId, change, legs) : addAllocationSold(tx, blockId, change, legs);
    }),
  );
}

/** Marks the pending claims of a booking as sold. */
export async function sellSeats(tx: Transaction, bookingId: string): Promise<void> {
  await tx`UPDATE seat_claims SET state = 'sold' WHERE booking_id = ${bookingId}`;
}

/** Adds a line of history that changes no state. */
export async function addHistory(
  tx: Transaction,
  booking: Pick<BookingRow, 'id' | 'version'>,
  line: { actor: string; action: string; details?: Record<string, string | number> },
): Promise<void> {
  await tx`INSERT INTO booking_history (booking_id, version, actor, action, details)
    VALUES (${booking.id}, ${booking.version}, ${line.actor}, ${line.action}, ${tx.json(line.details ?? {})})`;
}
