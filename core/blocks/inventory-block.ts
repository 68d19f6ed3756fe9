import type { BlockItem, BlockRow } from '../../db/queries/blocks.ts';
import type { InventoryBlock } from '../../redis/inventory/apply-block.ts';
import type { LegRange, Performance } from '../catalogue/performance.ts';
import { toPlaces } from '../inventory/places.ts';

/** A block of Postgres as the inventory takes it. */
export const toInventoryBlock = (performance: Performance, row: BlockRow): InventoryBlock =>
  toBlock(performance, { ...row, legs: [row.fromLeg, row.toLeg] });

/** The same for one that is not written yet. */
export const toBlock = (
  performance: Performance,
  block: { id: string; codeHash: string | null; isOffer?: boolean; legs: LegRange; items: readonly BlockItem[] },
): InventoryBlock => ({
  blockId: block.id,
  codeHash: block.codeHash,
  isOffer: block.isOffer ?? false,
  places: toPlaces(performance, block.items, block.legs),
  seatZones: [...new Set(block.items.flatMap((item) => (item.seatId === null ? [] : [item.zoneId])))],
});
