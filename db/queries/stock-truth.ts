import { arrayLiteral } from '../array-literal.ts';
import type { Sql } from '../connect.ts';

/** What reconciliation reads of a performance's stock. Plain reads at read committed, no lock. */

/** Who has a seat: a booking, a block, an offer (a block of its own kind), or a booking that has it from an allocation. */
export type SeatClaim = {
  seatId: string;
  leg: number;
  bookingId: string | null;
  blockId: string | null;
  state: 'pending' | 'sold' | 'blocked' | 'offered';
};

/** The claims of these seats on all legs. */
export async function readSeatClaims(
  sql: Sql,
  performanceId: string,
  seatIds: readonly string[],
): Promise<SeatClaim[]> {
  return sql<SeatClaim[]>`SELECT seat_id AS "seatId", leg, booking_id AS "bookingId", block_id AS "blockId", state
    FROM seat_claims
    WHERE performance_id = ${performanceId} AND seat_id = ANY (${arrayLiteral(seatIds)}::text[])`;
}

/** A booking whose change is on its way into Redis. `zones`: its places in general zones, an allocation's as `zone/block`. */
export type BookingUnderWay = {
  id: string;
  hasPlaces: boolean;
  fromLeg: number;
  toLeg: number;
  zones: { zoneId: string; quantity: number }[];
};

/** Bookings of a performance that the inventory has yet to be told of, by whoever it is; laid-aside rows are not under way. */
export async function readBookingsUnderWay(sql: Sql, performanceId: string): Promise<BookingUnderWay[]> {
  return sql<BookingUnderWay[]>`SELECT b.id, b.status IN ('pending_payment', 'confirmed') AS "hasPlaces",
      b.from_leg AS "fromLeg", b.to_leg AS "toLeg",
      coalesce((SELECT json_agg(json_build_object('zoneId', i.zone_id || coalesce('/' || i.block_id, ''), 'quantity', i.quantity))
        FROM booking_items i WHERE i.booking_id = b.id AND i.seat_id IS NULL), '[]') AS zones
    FROM bookings b WHERE b.performance_id = ${performanceId} AND b.id IN (
      SELECT booking_id FROM outbox WHERE done_at IS NULL AND dead_at IS NULL AND kind = 'inventory.apply'
      UNION SELECT unnest(bookings) FROM own_work)
    ORDER BY b.id`;
}

/** Which of these bookings have places now. */
export async function readBookingsWithPlaces(
  sql: Sql,
  performanceId: string,
  ids: readonly string[],
): Promise<{ id: string }[]> {
  return sql<{ id: string }[]>`SELECT id FROM bookings WHERE performance_id = ${performanceId}
    AND status IN ('pending_payment', 'confirmed') AND id = ANY (${arrayLiteral(ids)}::uuid[])`;
}

export type ZoneLegSold = { zoneId: string; leg: number; capacity: number; sold: number };

/** Capacity and places sold of the general zones, and of allocations of them as `zone/block`, leg by leg. */
export async function readGeneralZones(sql: Sql, performanceId: string): Promise<ZoneLegSold[]> {
  return sql<ZoneLegSold[]>`SELECT l.zone_id AS "zoneId", l.leg, l.capacity, l.sold
    FROM zone_legs l JOIN zones z ON z.performance_id = l.performance_id AND z.id = l.zone_id
    WHERE l.performance_id = ${performanceId} AND z.kind = 'general'
    UNION ALL
    SELECT l.zone_id || '/' || l.block_id, l.leg, l.capacity, l.sold
    FROM block_legs l JOIN blocks b ON b.id = l.block_id JOIN zones z ON z.performance_id = b.performance_id AND z.id = l.zone_id
    WHERE b.performance_id = ${performanceId} AND z.kind = 'general' ORDER BY 1, 2`;
}
