import type { Sql } from '../connect.ts';
import { notEnded } from './sale-times.ts';

/** What a room still has, in places (contracts/room-stock.ts). */
export type RoomStockCount = {
  room: string;
  capacity: number;
  /** Not booked; what visitors hold is among them, since only Redis knows it. */
  unbooked: number;
  pending: number;
  /** Its performances on sale. */
  onSaleIds: string[];
};

/**
 * Counts what rooms in autopilot still have of what has not ended: places of each zone on its emptiest leg, those of
 * allocations among them and blocked ones not, and those of unpaid bookings.
 * A plain read without lock. Cost: the zone legs of those rooms, and the unpaid bookings there are, by their index.
 */
export async function countRoomStock(sql: Sql): Promise<RoomStockCount[]> {
  return sql<RoomStockCount[]>`
    SELECT r.id AS room, COALESCE(z.capacity, 0)::float8 AS capacity, COALESCE(z.free, 0)::float8 AS unbooked,
      COALESCE(u.pending, 0)::float8 AS pending,
      ARRAY(SELECT p.id FROM performances p WHERE p.room = r.id AND p.status = 'on_sale' ORDER BY p.id) AS "onSaleIds"
    FROM rooms r
      LEFT JOIN LATERAL (SELECT sum(most) AS capacity, sum(emptiest) AS free FROM (
        SELECT max(l.capacity) AS most, max(l.capacity - l.sold) AS emptiest
        FROM performances p JOIN zone_legs l ON l.performance_id = p.id
        WHERE p.room = r.id AND ${notEnded(sql)} GROUP BY l.performance_id, l.zone_id
        UNION ALL
        SELECT max(l.capacity), max(l.capacity - l.sold)
        FROM performances p JOIN blocks b ON b.performance_id = p.id JOIN block_legs l ON l.block_id = b.id
        WHERE p.room = r.id AND ${notEnded(sql)} AND b.version = 1 GROUP BY l.block_id, l.zone_id) AS zones) AS z ON true
      LEFT JOIN (SELECT p.room, sum(i.quantity) AS pending
        FROM bookings b JOIN performances p ON p.id = b.performance_id JOIN booking_items i ON i.booking_id = b.id
        WHERE b.status = 'pending_payment' AND ${notEnded(sql)} GROUP BY p.room) AS u ON u.room = r.id
    WHERE r.mode = 'autopilot' ORDER BY r.id`;
}
