import type { BlockView } from '../../contracts/blocks.ts';
import type { Transaction } from '../../db/connect.ts';
import { insertAudit } from '../../db/queries/audit.ts';
import { endBlock, lockBlock, lockBlockZones, readBlock, renameBlock } from '../../db/queries/blocks.ts';
import { readUnbooked } from '../../db/queries/waitlist-offers.ts';
import { newId } from '../../platform/id.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import type { Performance } from '../catalogue/performance.ts';
import type { ExpectedVersions } from '../operator/change-room.ts';
import { offerFreed, type OfferDeps } from '../waitlist/offer-freed.ts';
import { toBlockView } from './block-view.ts';

/** Which block, by whom, and the versions that `If-Match` accepts. */
export type BlockChange = { id: string; actor: string; expected: ExpectedVersions };

/**
 * Calls a block something else inside the caller's transaction, with its audit row. Called what it is called already, it counts no
 * version. Refuses: `not_found`, `stale`; then nothing is changed.
 */
export async function changeBlock(
  tx: Transaction,
  performance: Performance,
  { id, actor, expected }: BlockChange,
  { name }: { name: string },
): Promise<BlockView> {
  const before = await lockBlock(tx, performance.id, id);
  if (before === null) throw new OperatingError('not_found');
  if (expected !== null && !expected.includes(before.revision)) throw stale(before.revision);
  if (before.name === name) return toBlockView(performance, before);
  await renameBlock(tx, id, name);
  const entry = { id: newId(), actor, action: 'performance.block_change', subject: `performance:${performance.id}` };
  await insertAudit(tx, { ...entry, before: { blockId: id, name: before.name }, after: { name } });
  return toBlockView(performance, { ...before, name, revision: before.revision + 1 });
}

/**
 * Ends a block inside the caller's transaction, with its audit row; what nobody has of it goes to those who wait for it. Refuses:
 * `not_found`, `stale`; then nothing is changed.
 */
export async function removeBlock(
  tx: Transaction,
  deps: OfferDeps,
  performanceId: string,
  { id, actor, expected }: BlockChange,
): Promise<void> {
  const before = await readBlock(tx, id);
  if (before === null || before.isOffer || before.performanceId !== performanceId)
    throw new OperatingError('not_found');
  await lockBlockZones(tx, id);
  const unbooked = await readUnbooked(tx, id);
  if (!(await endBlock(tx, performanceId, id, expected))) {
    const now = await lockBlock(tx, performanceId, id);
    throw now === null ? new OperatingError('not_found') : stale(now.revision);
  }
  await offerFreed(tx, deps, performanceId, { legs: [before.fromLeg, before.toLeg], items: unbooked });
  const entry = { id: newId(), actor, action: 'performance.unblock', subject: `performance:${performanceId}` };
  await insertAudit(tx, { ...entry, before: { blockId: id, name: before.name }, after: null });
}

const stale = (version: number): OperatingError => new OperatingError('stale', { extra: { version } });
