import type { Sql, Transaction } from '../connect.ts';

/** Places of a zone on one leg. */
export type ZoneLeg = { zoneId: string; leg: number; capacity: number; sold: number };

/**
 * Locks the zone rows of a sale and reads the server's time. READ COMMITTED; `FOR UPDATE` in the order (zone, leg) that every
 * writer of the inventory keeps, before any other lock, so that opposite orders can't deadlock (BOOKING §4).
 */
export async function lockZoneLegs(
  tx: Transaction,
  performanceId: string,
  zoneIds: string[],
  legs: readonly [number, number],
): Promise<{ now: Date; zones: ZoneLeg[] }> {
  const [[clock], zones] = await Promise.all([
    tx<{ now: Date }[]>`SELECT clock_timestamp() AS now`,
    tx<ZoneLeg[]>`SELECT zone_id AS "zoneId", leg, capacity, sold FROM zone_legs
      WHERE performance_id = ${performanceId} AND zone_id = ANY (${zoneIds}) AND leg >= ${legs[0]} AND leg < ${legs[1]}
      ORDER BY zone_id, leg FOR UPDATE`,
  ]);
  if (clock === undefined) throw new Error('the server told no time');
  return { now: clock.now, zones };
}

/** Adds to `sold` of the zones' legs; negative numbers give places back. Needs the locks of `lockZoneLegs`. */
export async function addSold(
  tx: Transaction,
  performanceId: string,
  quantities: ReadonlyMap<string, number>,
  legs: readonly [number, number],
): Promise<void> {
  await tx`UPDATE zone_legs SET sold = sold + change.quantity
    FROM unnest(${[...quantities.keys()]}::text[], ${[...quantities.values()]}::int[]) AS change (zone_id, quantity)
    WHERE zone_legs.performance_id = ${performanceId} AND zone_legs.zone_id = change.zone_id
      AND leg >= ${legs[0]} AND leg < ${legs[1]}`;
}

/** Which of these seats are claimed on any of the legs. A plain read; under the zones' locks its answer stands. */
export async function claimedSeats(
  tx: Sql | Transaction,
  performanceId: string,
  seatIds: string[],
  legs: readonly [number, number],
): Promise<string[]> {
  const rows = await tx<{ seatId: string }[]>`SELECT DISTINCT seat_id AS "seatId" FROM seat_claims
    WHERE performance_id = ${performanceId} AND seat_id = ANY (${seatIds}) AND leg >= ${legs[0]} AND leg < ${legs[1]}
    ORDER BY seat_id`;
  return rows.map((row) => row.seatId);
}
