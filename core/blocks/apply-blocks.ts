import { markBlockApplied, readBlock, takeDueBlocks } from '../../db/queries/blocks.ts';
import { isRetryable } from '../../contracts/errors.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import { applyBlock } from '../../redis/inventory/apply-block.ts';
import type { CoreDeps } from '../deps.ts';
import { tellNewOffers } from '../waitlist/tell-offers.ts';
import { toInventoryBlock } from './inventory-block.ts';

type Deps = Pick<CoreDeps, 'sql' | 'scripts' | 'catalogue' | 'log'>;

/** Blocks a turn, and how long one process may hold them, seconds: also how often an inventory that is not loaded is asked again. */
const BATCH = 20;
const LEASE_SECONDS = 15;

/** Tells the inventory of blocks that it has yet to hear of; the rows are the work. Returns how many it told. */
export async function applyDueBlocks(deps: Deps): Promise<number> {
  let applied = 0;
  for (const id of await takeDueBlocks(deps.sql, BATCH, LEASE_SECONDS)) {
    if (await applyOneBlock(deps, id)) applied += 1;
  }
  return applied;
}

/**
 * Tells the inventory of one block as it is now. False when that has to wait: Redis is away, or the inventory is not loaded; then a
 * load reads the block from Postgres, and what it missed comes with the next turn.
 */
export async function applyOneBlock(deps: Deps, id: string): Promise<boolean> {
  try {
    const row = await readBlock(deps.sql, id);
    const performance = row && (await deps.catalogue.performance(row.performanceId));
    if (!row || !performance) throw new TypeError('the block or its performance is not here');
    if (row.version > 1) await tellNewOffers(deps, performance);
    const inventory = { room: performance.room, performanceId: performance.id };
    await applyBlock(deps.scripts, inventory, { ...toInventoryBlock(performance, row), version: row.version });
    await markBlockApplied(deps.sql, id, row.version);
    return true;
  } catch (error) {
    const isAwaited = error instanceof OperatingError && isRetryable(error.code);
    if (!isAwaited) deps.log.warn({ err: error, block: id }, 'block not applied');
    return false;
  }
}
