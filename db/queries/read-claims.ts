import type { BookingStatus } from '../../contracts/bookings.ts';
import { arrayLiteral as list } from '../array-literal.ts';
import type { Sql } from '../connect.ts';
import { inTransaction } from '../in-transaction.ts';

/** One booking that has places: pending or confirmed. */
export type ClaimedBooking = {
  id: string;
  version: number;
  status: 'pending_payment' | 'confirmed';
  holdId: string;
  fromLeg: number;
  toLeg: number;
  /** `seatId` null: places of a general zone; `blockId`: of an allocation. */
  items: { zoneId: string; seatId: string | null; quantity: number; blockId: string | null }[];
};

/**
 * Bookings of a performance that have places, by id, after `afterId` ('' = from the first). A plain read at read committed: what
 * commits later reaches the inventory through the outbox.
 */
export async function readClaimedBookings(
  sql: Sql,
  performanceId: string,
  afterId: string,
  limit: number,
): Promise<ClaimedBooking[]> {
  // The page is cut before its items are looked up: grouped first, every page would group all that is sold.
  return sql<ClaimedBooking[]>`
    SELECT b.id, b.version, b.status, b.hold_id AS "holdId", b.from_leg AS "fromLeg", b.to_leg AS "toLeg", own.items
    FROM (SELECT * FROM bookings WHERE performance_id = ${performanceId} AND status IN ('pending_payment', 'confirmed')
      AND id > ${afterId === '' ? '00000000-0000-0000-0000-000000000000' : afterId} ORDER BY id LIMIT ${limit}) b
    CROSS JOIN LATERAL (SELECT json_agg(json_build_object('zoneId', i.zone_id, 'seatId', i.seat_id, 'quantity', i.quantity,
        'blockId', i.block_id)) AS items
      FROM booking_items i WHERE i.booking_id = b.id) own
    ORDER BY b.id`;
}

/** How long reading all bookings of a performance may take. Reading through a cursor is one statement, whose pauses count. */
const STREAM_TIMEOUT = '15min';

/**
 * Hands on all bookings of a performance that have places, so many at a time, in no order, until `take` says false: one statement and one
 * snapshot, read through a cursor. For a load, which reads them all: pages by id would each look through what is sold, where the planner
 * knows too little of it. Resolves to whether all were taken.
 */
export function eachClaimedBookings(
  sql: Sql,
  { performanceId, size }: { performanceId: string; size: number },
  take: (rows: ClaimedBooking[]) => Promise<boolean>,
): Promise<boolean> {
  return inTransaction(sql, async (tx) => {
    await tx`SELECT set_config('statement_timeout', ${STREAM_TIMEOUT}, true)`;
    const cursor = tx<ClaimedBooking[]>`
    SELECT b.id, b.version, b.status, b.hold_id AS "holdId", b.from_leg AS "fromLeg", b.to_leg AS "toLeg", own.items
    FROM bookings b
    CROSS JOIN LATERAL (SELECT json_agg(json_build_object('zoneId', i.zone_id, 'seatId', i.seat_id, 'quantity', i.quantity,
        'blockId', i.block_id)) AS items
      FROM booking_items i WHERE i.booking_id = b.id) own
    WHERE b.performance_id = ${performanceId} AND b.status IN ('pending_payment', 'confirmed')`.cursor(size);
    for await (const rows of cursor) if (!(await take(rows))) return false;
    return true;
  });
}

/** A booking with where its places are and in which state. */
export type PlacedBooking = Omit<ClaimedBooking, 'status'> & {
  status: BookingStatus;
  performanceId: string;
  /** It has ended, and offers of its performance are there that the inventory must hear of first (BOOKING §7). */
  isAfterOffers?: boolean;
};

/** These bookings as they are now, with their places, in no order. A plain read at read committed. */
export async function readPlacedBookings(sql: Sql, ids: readonly string[]): Promise<PlacedBooking[]> {
  return sql<PlacedBooking[]>`
    SELECT b.id, b.performance_id AS "performanceId", b.version, b.status, b.hold_id AS "holdId", b.from_leg AS "fromLeg",
      b.to_leg AS "toLeg", json_agg(json_build_object('zoneId', i.zone_id, 'seatId', i.seat_id, 'quantity', i.quantity,
        'blockId', i.block_id)) AS items,
      b.status NOT IN ('pending_payment', 'confirmed') AND EXISTS (SELECT 1 FROM blocks k WHERE k.performance_id = b.performance_id
        AND k.is_offer AND k.version = 1 AND k.applied_version = 0) AS "isAfterOffers"
    FROM bookings b JOIN booking_items i ON i.booking_id = b.id
    WHERE b.id = ANY (${list(ids)}::uuid[]) GROUP BY b.id`;
}

/** In no seat's id. */
const SEPARATOR = '\n';

/** What Postgres knows of a performance's stock when Redis can't be asked: claimed and blocked seats by leg, free places by zone and leg. */
export type ClaimedStock = {
  epoch: number;
  /** Ids of the seats that are in a state on a leg. */
  seats: { leg: number; state: 'pending' | 'sold' | 'blocked' | 'offered'; seatIds: string[] }[];
  general: { zoneId: string; leg: number; free: number }[];
};

/**
 * Reads a performance's stock from its claims. Three plain reads without a lock: good enough to look at, not to sell by. Seats come as a
 * text for each leg and state: a row each for a stadium would keep the process from loading what everybody waits for.
 */
export async function readClaimedStock(sql: Sql, performanceId: string): Promise<ClaimedStock> {
  const [[room], seats, general] = await Promise.all([
    sql<
      { epoch: number }[]
    >`SELECT rooms.epoch FROM performances p JOIN rooms ON rooms.id = p.room WHERE p.id = ${performanceId}`,
    sql<{ leg: number; state: ClaimedStock['seats'][number]['state']; seatIds: string }[]>`
      SELECT leg, state, string_agg(seat_id, ${SEPARATOR}) AS "seatIds" FROM seat_claims
      WHERE performance_id = ${performanceId} GROUP BY leg, state`,
    sql<ClaimedStock['general']>`
      SELECT l.zone_id AS "zoneId", l.leg, l.capacity - l.sold AS free
      FROM zone_legs l JOIN zones z ON z.performance_id = l.performance_id AND z.id = l.zone_id
      WHERE l.performance_id = ${performanceId} AND z.kind = 'general'`,
  ]);
  return {
    epoch: room?.epoch ?? 0,
    seats: seats.map((some) => ({ ...some, seatIds: some.seatIds.split(SEPARATOR) })),
    general: [...general],
  };
}
