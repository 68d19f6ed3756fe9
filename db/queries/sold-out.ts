import type { Sql, Transaction } from '../connect.ts';
import { notEnded } from './sale-times.ts';

/** A room whose `sold_out` does not say what its stock says; `soldOut` is what the stock says. */
export type StockChange = { room: string; soldOut: boolean };

/**
 * Rooms whose `sold_out` is to be changed, or of one room whether it is. Nothing is left of a room when it has something to sell, every
 * place of every zone and leg is claimed, and no booking is unpaid: an unpaid one may give its places back (BOOKING §7). What has ended
 * counts no more; what is not on sale yet counts as stock. Blocked seats are outside a zone's capacity; what an allocation has is stock
 * as long as it can be sold, since who has its code has to get in.
 *
 * A plain read without lock. Cost: one row of stock is enough for a room that has some; one that is sold out costs its zone legs.
 */
export async function readStockChanges(sql: Sql | Transaction, room: string | null = null): Promise<StockChange[]> {
  return sql<StockChange[]>`
    SELECT r.id AS room, NOT r.sold_out AS "soldOut" FROM rooms r
    WHERE (${room}::text IS NULL OR r.id = ${room}::text)
      AND r.sold_out <> (
        EXISTS (SELECT 1 FROM performances p JOIN zones z ON z.performance_id = p.id
          WHERE p.room = r.id AND ${notEnded(sql)} AND z.capacity > 0)
        AND NOT EXISTS (SELECT 1 FROM performances p JOIN zone_legs l ON l.performance_id = p.id
          WHERE p.room = r.id AND ${notEnded(sql)} AND l.sold < l.capacity)
        AND NOT EXISTS (SELECT 1 FROM performances p JOIN blocks b ON b.performance_id = p.id JOIN block_legs l ON l.block_id = b.id
          WHERE p.room = r.id AND ${notEnded(sql)} AND b.version = 1 AND l.sold < l.capacity)
        AND NOT EXISTS (SELECT 1 FROM performances p JOIN bookings b ON b.performance_id = p.id AND b.status = 'pending_payment'
          WHERE p.room = r.id AND ${notEnded(sql)}))
    ORDER BY r.id`;
}

/** Locks a room's row (`FOR UPDATE`), as every change of a room does. */
export async function lockStock(tx: Transaction, room: string): Promise<void> {
  await tx`SELECT 1 FROM rooms WHERE id = ${room} FOR UPDATE`;
}
