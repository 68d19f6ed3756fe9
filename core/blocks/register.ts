import { blockRequestSchema } from '../../contracts/blocks.ts';
import type { Transaction } from '../../db/connect.ts';
import { insertAudit } from '../../db/queries/audit.ts';
import { endBlock, type NewBlock, readBlock, readBlocks } from '../../db/queries/blocks.ts';
import { isId, newId } from '../../platform/id.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import { requirePerformance } from '../catalogue/require-performance.ts';
import type { CoreDeps } from '../deps.ts';
import type { CoreApp } from '../http/context.ts';
import { requireOperator } from '../http/credentials.ts';
import { readJson } from '../http/json-body.ts';
import { withinDeadline } from '../http/store-failure.ts';
import { whileProgressing } from '../http/while-progressing.ts';
import { serveOrder } from '../operator/keyed-order.ts';
import { runTransaction } from '../payments/run-transaction.ts';
import { applyOneBlock } from './apply-blocks.ts';
import { toBlockView } from './block-view.ts';
import { draftBlock, makeBlock } from './make-block.ts';

const NO_STORE = { 'cache-control': 'no-store' } as const;
const PATH = '/v1/operator/performances/:id/blocks';

/** Blocks of a performance, and channel allocations: made, listed, ended by operators. */
export function register(app: CoreApp, deps: CoreDeps): void {
  app.post(PATH, async (c) => {
    // Once a request: its id names what is set aside, also when the transaction is run again.
    let draft: NewBlock | undefined;
    const response = await serveOrder(deps, c, {
      role: 'operator',
      status: 201,
      read: (request) => readJson(request, blockRequestSchema),
      async work(tx, wish, { actor }) {
        const performance = await requirePerformance(deps, c.req.param('id'));
        draft ??= await draftBlock(performance, wish, actor);
        return makeBlock(tx, deps, performance, draft);
      },
    });
    // At once where it can be; the row makes good what can't.
    if (draft !== undefined) await applyOneBlock(deps, draft.id);
    return response;
  });

  app.get(PATH, async (c) => {
    await requireOperator(deps, c.req.raw.headers, 'viewer');
    const performance = await requirePerformance({ catalogue: deps.browseCatalogue }, c.req.param('id'));
    const rows = await withinDeadline(deps.browseSql, () => readBlocks(deps.browseSql, performance.id));
    return c.json({ items: rows.map((row) => toBlockView(performance, row)), next: null }, 200, NO_STORE);
  });

  app.delete(`${PATH}/:blockId`, async (c) => {
    const { sub } = await requireOperator(deps, c.req.raw.headers, 'operator');
    const [performanceId, id] = [c.req.param('id'), c.req.param('blockId')];
    if (!isId(id)) throw new OperatingError('not_found');
    const end = (tx: Transaction) => endWithAudit(tx, performanceId, id, sub);
    if (!(await whileProgressing(deps.sql, (turn) => runTransaction(deps.sql, end, turn))))
      throw new OperatingError('not_found');
    await applyOneBlock(deps, id);
    return c.body(null, 204, NO_STORE);
  });
}

async function endWithAudit(tx: Transaction, performanceId: string, id: string, actor: string): Promise<boolean> {
  const before = await readBlock(tx, id);
  if (before === null || !(await endBlock(tx, performanceId, id))) return false;
  const entry = { id: newId(), actor, action: 'performance.unblock', subject: `performance:${performanceId}` };
  await insertAudit(tx, { ...entry, before: { blockId: id, name: before.name }, after: null });
  return true;
}
