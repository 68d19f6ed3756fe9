import { insertAudit } from '../../db/queries/audit.ts';
import { writeSoldOut } from '../../db/queries/rooms.ts';
import { lockStock, readStockChanges, type StockChange } from '../../db/queries/sold-out.ts';
import { newId } from '../../platform/id.ts';
import type { CoreDeps } from '../deps.ts';
import { runTransaction } from '../payments/run-transaction.ts';

/** Who stands in the audit trail when it was the stock and no operator. */
const STOCK_ACTOR = 'system:stock';

/**
 * Says that a room is sold out once nothing is left in it, and that it is not as soon as something came back: an expiry, a cancellation.
 * The admission worker copies it with the settings; nobody is called while it stands. One transaction a room, with its audit row, and
 * only where something changed; several processes may judge at once. Returns how many rooms changed.
 */
export async function judgeStock({ sql, log }: Pick<CoreDeps, 'sql' | 'log'>): Promise<number> {
  let changed = 0;
  for (const { room } of await readStockChanges(sql)) {
    const change = await runTransaction(sql, async (tx): Promise<StockChange | null> => {
      await lockStock(tx, room);
      // Judged again under the lock: another process may have been first.
      const [still] = await readStockChanges(tx, room);
      if (still === undefined) return null;
      await writeSoldOut(tx, room, still.soldOut);
      const entry = { id: newId(), actor: STOCK_ACTOR, subject: `room:${room}` };
      const action = still.soldOut ? 'room.sold-out' : 'room.stock-returned';
      await insertAudit(tx, {
        ...entry,
        action,
        before: { soldOut: !still.soldOut },
        after: { soldOut: still.soldOut },
      });
      return still;
    });
    if (change === null) continue;
    changed += 1;
    log.info({ room, soldOut: change.soldOut }, 'the stock of a room changed');
  }
  return changed;
}
