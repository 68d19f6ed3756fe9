import type { Sql, Transaction } from '../../../db/connect.ts';
import type { BookingToWrite } from '../../../db/queries/booking-batch.ts';
import { quantitiesByZone } from '../../../db/queries/new-booking.ts';
import type { Pattern, PatternStores, Sends } from './pattern.ts';
import { insertBooking, looksFree, payOne, seatsOf } from './rows.ts';

/** B0: looks, then inserts. Nothing stands between the two, and no constraint behind them. */
export async function noGuard({ sql, performanceId }: PatternStores): Promise<Pattern> {
  await sql`ALTER TABLE seat_claims DROP CONSTRAINT seat_claims_sold_once`;
  await sql`ALTER TABLE zone_legs DROP CONSTRAINT zone_legs_never_oversold`;
  return {
    ...lookingHold(sql, performanceId),
    async book(booking) {
      if (!(await looksFree(sql, performanceId, booking.row.items))) return false;
      await sql.begin((tx) => insertBooking(tx, booking));
      return true;
    },
  };
}

/** B1: a transaction per request that locks what is counted, looks, inserts. */
export const forUpdate =
  (sends: Sends) =>
  async ({ sql, performanceId }: PatternStores): Promise<Pattern> => ({
    ...lookingHold(sql, performanceId, sends),
    book: (booking) => bookUnderRowLock(sql, booking, sends),
  });

/** B1's booking, which B2 has too. */
export const bookUnderRowLock = (sql: Sql, booking: BookingToWrite, sends: Sends): Promise<boolean> => {
  const { performanceId, items, legs } = booking.row;
  const lock = (tx: Transaction) => tx`SELECT 1 FROM zone_legs WHERE performance_id = ${performanceId}
    AND zone_id = ANY (${[...quantitiesByZone(items).keys()]}) AND leg >= ${legs[0]} AND leg < ${legs[1]}
    ORDER BY zone_id, leg FOR UPDATE`;
  return bookUnder(sql, booking, { lock, sends });
};

/** B5: one advisory lock for the whole event. */
export const eventLock = async ({ sql, performanceId }: PatternStores): Promise<Pattern> => ({
  ...lookingHold(sql, performanceId),
  book: (booking) =>
    bookUnder(sql, booking, { lock: (tx) => tx`SELECT pg_advisory_xact_lock(hashtext(${performanceId}))` }),
});

/** B6: an advisory lock for each seat, or zone of places that are alike, and what is sold counted from the bookings each time. */
export const seatLocks = async ({ sql, performanceId }: PatternStores): Promise<Pattern> => ({
  ...lookingHold(sql, performanceId),
  book: (booking) =>
    sql.begin(async (tx) => {
      const names = booking.row.items.map((item) => `${performanceId} ${item.seatId ?? item.zoneId}`).toSorted();
      await tx`SELECT pg_advisory_xact_lock(hashtextextended(name, 0)) FROM unnest(${names}::text[]) AS name`;
      const zones = [...quantitiesByZone(booking.row.items).keys()];
      const full = await tx`SELECT 1 FROM zones z JOIN booking_items i ON i.zone_id = z.id
        JOIN bookings b ON b.id = i.booking_id AND b.performance_id = z.performance_id
        WHERE z.performance_id = ${performanceId} AND z.id = ANY (${zones}) AND b.status IN ('pending_payment', 'confirmed')
        GROUP BY z.id, z.capacity HAVING sum(i.quantity) >= z.capacity`;
      if (full.length > 0 || !(await looksFree(tx, performanceId, booking.row.items))) return false;
      await insertBooking(tx, booking);
      return true;
    }),
});

/** B7: a row for each place, taken by `FOR UPDATE SKIP LOCKED`; who finds too few that are not locked is refused. */
export async function skipLocked({ sql, performanceId }: PatternStores): Promise<Pattern> {
  await sql`CREATE TABLE places AS SELECT z.id AS zone_id, seat.value ->> 'id' AS seat_id, NULL::uuid AS booking_id
    FROM performances p JOIN seat_maps m ON m.id = p.seat_map_id, json_array_elements(m.document -> 'zones') AS zone,
      json_array_elements(zone.value -> 'rows') AS line, json_array_elements(line.value -> 'seats') AS seat, zones z
    WHERE p.id = ${performanceId} AND z.performance_id = p.id AND z.id = zone.value ->> 'id'`;
  await sql`INSERT INTO places SELECT id, NULL, NULL FROM zones, generate_series(1, least(capacity, 20000))
    WHERE performance_id = ${performanceId} AND kind = 'general'`;
  await sql`CREATE INDEX places_seat ON places (seat_id)`;
  await sql`CREATE INDEX places_free ON places (zone_id) WHERE booking_id IS NULL AND seat_id IS NULL`;
  return {
    ...lookingHold(sql, performanceId),
    book: (booking) =>
      sql
        .begin(async (tx) => {
          const seats = seatsOf(booking.row).map((seat) => seat.seatId);
          const taken = await tx`UPDATE places SET booking_id = ${booking.row.id} WHERE ctid = ANY (ARRAY(
          SELECT ctid FROM places WHERE seat_id = ANY (${seats}) AND booking_id IS NULL FOR UPDATE SKIP LOCKED))`;
          let wanted = seats.length;
          let found = taken.count;
          for (const { zoneId, seatId, quantity } of booking.row.items) {
            if (seatId !== null) continue;
            wanted += quantity;
            const alike = await tx`UPDATE places SET booking_id = ${booking.row.id} WHERE ctid = ANY (ARRAY(
            SELECT ctid FROM places WHERE zone_id = ${zoneId} AND seat_id IS NULL AND booking_id IS NULL
            LIMIT ${quantity} FOR UPDATE SKIP LOCKED))`;
            found += alike.count;
          }
          if (found < wanted) throw new TooFew();
          await insertBooking(tx, booking, { countsZones: false });
          return true;
        })
        .catch((error: unknown) => {
          if (error instanceof TooFew) return false;
          throw error;
        }),
  };
}

/** Rolls the transaction back. */
class TooFew extends Error {}

/** Holds nothing: a look whether it is free; and the payment that all patterns share. */
export const lookingHold = (sql: Sql, performanceId: string, sends?: Sends): Pick<Pattern, 'hold' | 'pay'> => ({
  hold: ({ items }) => looksFree(sql, performanceId, items),
  pay: (capture) => payOne(sql, capture, sends),
});

function bookUnder(
  sql: Sql,
  booking: BookingToWrite,
  { lock, sends = 'one-by-one' }: { lock: (tx: Transaction) => PromiseLike<unknown>; sends?: Sends },
): Promise<boolean> {
  return sql.begin(async (tx) => {
    await lock(tx);
    if (!(await looksFree(tx, booking.row.performanceId, booking.row.items))) return false;
    await insertBooking(tx, booking, { sends });
    return true;
  });
}
