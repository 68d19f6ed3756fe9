import type { BlockView } from '../../contracts/blocks.ts';
import type { BlockItem, BlockRow } from '../../db/queries/blocks.ts';
import { isoTime } from '../../platform/clock.ts';
import { legCodes, type Performance } from '../catalogue/performance.ts';

/** A block as operators see it. */
export function toBlockView(performance: Performance, row: BlockRow): BlockView {
  const legs = legCodes(performance, [row.fromLeg, row.toLeg]);
  return {
    blockId: row.id,
    performanceId: row.performanceId,
    name: row.name,
    kind: row.codeHash === null ? 'blocked' : 'allocation',
    items: toViewItems(row.items),
    ...(legs === undefined ? {} : { legs }),
    places: row.items.reduce((sum, item) => sum + item.quantity, 0),
    sold: row.sold,
    createdBy: row.createdBy,
    createdAt: isoTime(row.createdAt.getTime()),
    version: row.revision,
  };
}

/** One item a zone, as they were asked for. */
function toViewItems(items: readonly BlockItem[]): BlockView['items'] {
  const seats = new Map<string, string[]>();
  for (const { zoneId, seatId } of items)
    if (seatId !== null) seats.set(zoneId, [...(seats.get(zoneId) ?? []), seatId]);
  return [
    ...[...seats].map(([zoneId, ids]) => ({ zoneId, seats: ids })),
    ...items.flatMap(({ zoneId, seatId, quantity }) => (seatId === null ? [{ zoneId, quantity }] : [])),
  ];
}
