import type { BookingStatus } from '../../contracts/bookings.ts';
import type { Transaction } from '../connect.ts';
import type { BookingRow, WholeBooking } from './bookings.ts';
import { quantitiesByZone } from './new-booking.ts';
import { addSold, claimedSeats } from './zone-legs.ts';

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

/** Gives a booking's seats and places back to the sale. */
export async function freeSeats(tx: Transaction, booking: WholeBooking): Promise<void> {
  const quantities = quantitiesByZone(booking.items);
  const negative = new Map([...quantities].map(([zoneId, quantity]) => [zoneId, -quantity]));
  await Promise.all([
    tx`DELETE FROM seat_claims WHERE booking_id = ${booking.id}`,
    addSold(tx, booking.performanceId, negative, [booking.fromLeg, booking.toLeg]),
  ]);
}

/** Takes the seats of an expired booking again, as sold. False, having written nothing, when one of them is gone. */
export async function retakeSeats(tx: Transaction, booking: WholeBooking): Promise<boolean> {
  const legs = [booking.fromLeg, booking.toLeg] as const;
  const seats = booking.items.flatMap((item) =>
    item.seatId === null ? [] : [{ id: item.seatId, zoneId: item.zoneId }],
  );
  const quantities = quantitiesByZone(booking.items);
  const [taken, [short]] = await Promise.all([
    claimedSeats(
      tx,
      booking.performanceId,
      seats.map((seat) => seat.id),
      legs,
    ),
    tx<{ count: number }[]>`SELECT count(*)::int AS count FROM zone_legs z
      JOIN unnest(${[...quantities.keys()]}::text[], ${[...quantities.values()]}::int[]) AS wish (zone_id, quantity) USING (zone_id)
      WHERE z.performance_id = ${booking.performanceId} AND z.leg >= ${legs[0]} AND z.leg < ${legs[1]}
        AND z.sold + wish.quantity > z.capacity`,
  ]);
  if (taken.length > 0 || short === undefined || short.count > 0) return false;
  await Promise.all([
    tx`INSERT INTO seat_claims (performance_id, seat_id, leg, booking_id, zone_id, state)
      SELECT ${booking.performanceId}, seat.id, leg, ${booking.id}, seat.zone_id, 'sold'
      FROM unnest(${seats.map((seat) => seat.id)}::text[], ${seats.map((seat) => seat.zoneId)}::text[]) AS seat (id, zone_id),
        generate_series(${legs[0]}::int, ${legs[1] - 1}::int) AS leg
      ORDER BY seat.id, leg`,
    addSold(tx, booking.performanceId, quantities, legs),
  ]);
  return true;
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
