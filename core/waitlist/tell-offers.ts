import { markBlockApplied, readBlock } from '../../db/queries/blocks.ts';
import { readNewOffers } from '../../db/queries/waitlist-offers.ts';
import { applyBlock } from '../../redis/inventory/apply-block.ts';
import { toInventoryBlock } from '../blocks/inventory-block.ts';
import type { Performance } from '../catalogue/performance.ts';
import type { CoreDeps } from '../deps.ts';

/**
 * Tells the inventory of offers that it has not heard of. Whoever is about to free places in it does this first: a seat that goes
 * free there while it is offered shows as held and nobody gets it; were it told afterwards, somebody could in between. What was
 * committed with the freeing is seen here, since it is read later. Refuses: `inventory_rebuilding` (a load reads them from Postgres),
 * `store_unavailable`; then nothing may be freed.
 */
export async function tellNewOffers(deps: Pick<CoreDeps, 'sql' | 'scripts'>, performance: Performance): Promise<void> {
  const inventory = { room: performance.room, performanceId: performance.id };
  for (const id of await readNewOffers(deps.sql, performance.id)) {
    const row = await readBlock(deps.sql, id);
    // Ended meanwhile: what it had was offered to somebody else, or is free, and that comes by itself.
    if (row === null || row.version !== 1) continue;
    await applyBlock(deps.scripts, inventory, { ...toInventoryBlock(performance, row), version: row.version });
    await markBlockApplied(deps.sql, id, row.version);
  }
}
