import { insertAudit } from '../../db/queries/audit.ts';
import { lockDueSales, putOnSale } from '../../db/queries/edit-performances.ts';
import { newId } from '../../platform/id.ts';
import type { CoreDeps } from '../deps.ts';
import { runTransaction } from '../payments/run-transaction.ts';

/** Who stands in the audit trail when it was the time and no operator. */
const TIME_ACTOR = 'system:on-sale-time';
/** Performances a transaction. */
const BATCH = 50;

/**
 * Brings the status of performances up to their on-sale times, with an audit row each. Buyers don't wait for it (`saleAt`): it is for
 * what reads the status, such as a room's stock. Several processes may do so at once. Returns how many it opened.
 */
export async function openDueSales({ sql, catalogue }: Pick<CoreDeps, 'sql' | 'catalogue'>): Promise<number> {
  const opened = await runTransaction(sql, async (tx) => {
    const ids = (await lockDueSales(tx, BATCH)).map(({ id }) => id);
    if (ids.length > 0) await putOnSale(tx, ids);
    for (const id of ids) {
      const entry = { actor: TIME_ACTOR, action: 'performance.change', subject: `performance:${id}` };
      await insertAudit(tx, { id: newId(), ...entry, before: { status: 'scheduled' }, after: { status: 'on_sale' } });
    }
    return ids;
  });
  for (const id of opened) catalogue.forget(id);
  return opened.length;
}
