import { arrayLiteral } from '../array-literal.ts';
import type { Connection, Statement, Transaction } from '../connect.ts';

/** Rows of `zone_legs` by their keys, as columns. */
export type ZoneLegs = { performanceId: string[]; zoneId: string[]; leg: number[] };

/**
 * Locks these zones on these legs. READ COMMITTED; `FOR UPDATE` in the order (performance, zone, leg) that every writer of the
 * inventory keeps, before any other row, so that opposite orders can't deadlock (BOOKING §4). A statement that comes after it in
 * the same transaction sees what every rival for these zones committed.
 */
export const lockZoneLegs = (tx: Connection, { performanceId, zoneId, leg }: ZoneLegs): Statement<object> =>
  tx`SELECT 1 FROM zone_legs z
    JOIN unnest(${arrayLiteral(performanceId)}::text[], ${arrayLiteral(zoneId)}::text[], ${arrayLiteral(leg)}::int[])
      AS wanted (performance_id, zone_id, leg) USING (performance_id, zone_id, leg)
    ORDER BY z.performance_id, z.zone_id, z.leg FOR UPDATE OF z`;

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

/** The same for what an allocation has of the zones. */
export async function addAllocationSold(
  tx: Transaction,
  blockId: string,
  quantities: ReadonlyMap<string, number>,
  legs: readonly [number, number],
): Promise<void> {
  await tx`UPDATE block_legs SET sold = sold + change.quantity
    FROM unnest(${[...quantities.keys()]}::text[], ${[...quantities.values()]}::int[]) AS change (zone_id, quantity)
    WHERE block_legs.block_id = ${blockId} AND block_legs.zone_id = change.zone_id AND leg >= ${legs[0]} AND leg < ${legs[1]}`;
}
