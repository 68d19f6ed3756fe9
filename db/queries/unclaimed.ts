import { arrayLiteral as list } from '../array-literal.ts';
import type { Transaction } from '../connect.ts';
import type { BlockItem } from './blocks.ts';

/**
 * Those of these seats and places that nobody has claimed on these legs: seats without a claim on any of them, and of places as many as
 * the zone still has. Needs the locks of the zones.
 */
export async function readUnclaimed(
  tx: Transaction,
  performanceId: string,
  items: readonly BlockItem[],
  legs: readonly [number, number],
): Promise<BlockItem[]> {
  const seatIds = items.flatMap((item) => item.seatId ?? []);
  const zoneIds = items.flatMap((item) => (item.seatId === null ? [item.zoneId] : []));
  const claimed = await tx<{ seatId: string }[]>`SELECT DISTINCT seat_id AS "seatId" FROM seat_claims
    WHERE performance_id = ${performanceId} AND seat_id = ANY (${list(seatIds)}::text[]) AND leg >= ${legs[0]} AND leg < ${legs[1]}`;
  const free = await tx<
    { zoneId: string; free: number }[]
  >`SELECT zone_id AS "zoneId", min(capacity - sold)::int AS free FROM zone_legs
    WHERE performance_id = ${performanceId} AND zone_id = ANY (${list(zoneIds)}::text[]) AND leg >= ${legs[0]} AND leg < ${legs[1]}
    GROUP BY zone_id`;
  const taken = new Set(claimed.map(({ seatId }) => seatId));
  return items.flatMap((item) => {
    if (item.seatId !== null) return taken.has(item.seatId) ? [] : [item];
    const quantity = Math.min(item.quantity, free.find(({ zoneId }) => zoneId === item.zoneId)?.free ?? 0);
    return quantity > 0 ? [{ ...item, quantity }] : [];
  });
}
