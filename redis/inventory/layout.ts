import * as v from 'valibot';

/**
 * What a reader of an inventory must know of its performance: written by the loader, so that the feed needs no Postgres. Seats of
 * a reserved zone are [start, end) in seat-map order; stops are the codes in order (none for a concert).
 */
export const layoutSchema = v.object({
  zones: v.array(
    v.variant('kind', [
      v.object({ kind: v.literal('reserved'), id: v.string(), start: v.number(), end: v.number() }),
      v.object({ kind: v.literal('general'), id: v.string(), capacity: v.number() }),
    ]),
  ),
  stops: v.array(v.string()),
});
export type InventoryLayout = v.InferOutput<typeof layoutSchema>;

/** Legs [from, to) between two stop codes; absent = the ends of the run. Null: no such stop, or in the wrong order. */
export function legsBetween(layout: InventoryLayout, from: string | null, to: string | null): [number, number] | null {
  const last = Math.max(1, layout.stops.length - 1);
  const start = from === null ? 0 : layout.stops.indexOf(from);
  const end = to === null ? last : layout.stops.indexOf(to);
  return start >= 0 && start < end ? [start, end] : null;
}
