import { hashAllocationCode, type BlockRequest, type BlockView } from '../../contracts/blocks.ts';
import type { Transaction } from '../../db/connect.ts';
import { insertAudit } from '../../db/queries/audit.ts';
import { insertBlock, readBlock, type BlockRefusal, type NewBlock } from '../../db/queries/blocks.ts';
import { newId } from '../../platform/id.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import { BLOCK_OWNER, blockHoldId, holdForBlock, type InventoryBlock } from '../../redis/inventory/apply-block.ts';
import { releaseHold } from '../../redis/inventory/release-hold.ts';
import type { Performance } from '../catalogue/performance.ts';
import type { CoreDeps } from '../deps.ts';
import { invalidRequest } from '../http/json-body.ts';
import { toBlockView } from './block-view.ts';
import { toBlock } from './inventory-block.ts';
import { resolveBlock } from './resolve-block.ts';

type Deps = Pick<CoreDeps, 'scripts' | 'inventory' | 'log'>;

/** A block that is wanted, resolved once: a transaction that is run again writes the same. */
export async function draftBlock(performance: Performance, wish: BlockRequest, actor: string): Promise<NewBlock> {
  const resolved = resolveBlock(performance, wish);
  if (!resolved.ok) throw invalidRequest(resolved.errors);
  const { allocationCode: code } = wish;
  return {
    id: newId(),
    performanceId: performance.id,
    name: wish.name,
    codeHash: code === undefined ? null : await hashAllocationCode(performance.id, code),
    legs: resolved.legs,
    items: resolved.items,
    createdBy: actor,
  };
}

/**
 * Takes places out of the public sale. They are set aside in Redis first, so that nobody holds them meanwhile, then written with the
 * audit row; who has some of them is told by `seats_unavailable {seats}` or `zone_sold_out {zoneId, available}`. An inventory that is
 * not loaded for a performance not on sale yet has no holds: Postgres alone decides. Refuses beside these: `inventory_rebuilding`,
 * `invalid_request` for a code that another allocation has.
 */
export async function makeBlock(
  tx: Transaction,
  deps: Deps,
  performance: Performance,
  draft: NewBlock,
): Promise<BlockView> {
  const block = toBlock(performance, { ...draft, legs: [draft.legs[0], draft.legs[1]] });
  const fence = await setAside(deps, performance, block);
  try {
    return await writeBlock(tx, performance, draft);
  } catch (error) {
    if (fence !== null) await letGo(deps, performance, draft.id, fence);
    throw error;
  }
}

async function writeBlock(tx: Transaction, performance: Performance, draft: NewBlock): Promise<BlockView> {
  const refusal = await insertBlock(tx, draft);
  if (refusal !== null) throw toRefusal(refusal);
  const { id, performanceId, createdBy: actor } = draft;
  const row = await readBlock(tx, id);
  if (row === null) throw new Error('the block that was written is not there');
  const view = toBlockView(performance, row);
  const after = { blockId: id, name: view.name, kind: view.kind, items: view.items, legs: view.legs ?? null };
  const entry = { id: newId(), actor, action: 'performance.block', subject: `performance:${performanceId}` };
  await insertAudit(tx, { ...entry, before: null, after });
  return view;
}

/** The fence of the hold that keeps them; null where no hold can be. */
async function setAside(deps: Deps, performance: Performance, block: InventoryBlock): Promise<string | null> {
  const inventory = { room: performance.room, performanceId: performance.id };
  try {
    const aside = await deps.inventory.use(performance, () => holdForBlock(deps.scripts, inventory, block));
    switch (aside.outcome) {
      case 'held':
        return aside.fence;
      case 'seats_unavailable':
        throw toRefusal({
          kind: 'seats_unavailable',
          seats: aside.seats.flatMap((seat) => performance.seats.at(seat) ?? []),
        });
      case 'zone_sold_out':
        throw toRefusal({ kind: 'zone_sold_out', zoneId: aside.zoneId, available: aside.available });
    }
  } catch (error) {
    const isMissing = error instanceof OperatingError && error.code === 'inventory_rebuilding';
    if (isMissing && performance.status === 'scheduled') return null;
    throw error;
  }
}

async function letGo(deps: Deps, performance: Performance, blockId: string, fence: string): Promise<void> {
  const hold = {
    room: performance.room,
    performanceId: performance.id,
    holdId: blockHoldId(blockId),
    owner: BLOCK_OWNER,
    fence,
  };
  try {
    await releaseHold(deps.scripts, hold, 0);
  } catch (error) {
    // The operator's answer does not depend on it: what was set aside goes free by itself within a minute.
    deps.log.warn({ err: error, block: blockId }, 'places of a refused block were left to go free');
  }
}

function toRefusal(refusal: BlockRefusal): OperatingError {
  switch (refusal.kind) {
    case 'seats_unavailable':
      return new OperatingError('seats_unavailable', { extra: { seats: refusal.seats } });
    case 'zone_sold_out':
      return new OperatingError('zone_sold_out', {
        extra: { zoneId: refusal.zoneId, available: Math.max(0, refusal.available) },
      });
    case 'code_in_use':
      return invalidRequest([{ path: 'allocationCode', message: 'is that of another allocation of this performance' }]);
  }
}
