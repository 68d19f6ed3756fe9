import { blockPatchSchema, blockRequestSchema } from '../../contracts/blocks.ts';
import type { Transaction } from '../../db/connect.ts';
import { type NewBlock, readOperatorBlocks } from '../../db/queries/blocks.ts';
import { isId } from '../../platform/id.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import { requirePerformance } from '../catalogue/require-performance.ts';
import type { CoreDeps } from '../deps.ts';
import type { CoreApp, CoreContext } from '../http/context.ts';
import { requireOperator } from '../http/credentials.ts';
import { readJson } from '../http/json-body.ts';
import { withinDeadline } from '../http/store-failure.ts';
import { whileProgressing } from '../http/while-progressing.ts';
import { readIfMatch } from '../operator/if-match.ts';
import { serveOrder } from '../operator/keyed-order.ts';
import { runTransaction } from '../payments/run-transaction.ts';
import { applyOneBlock } from './apply-blocks.ts';
import { toBlockView } from './block-view.ts';
import { changeBlock, removeBlock, type BlockChange } from './change-block.ts';
import { draftBlock, makeBlock } from './make-block.ts';

const NO_STORE = { 'cache-control': 'no-store' } as const;
const PATH = '/v1/operator/performances/:id/blocks';
const BLOCK = `${PATH}/:blockId` as const;

/** Blocks of a performance, and channel allocations: made, listed, renamed and ended by operators. */
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
    const rows = await withinDeadline(deps.browseSql, () => readOperatorBlocks(deps.browseSql, performance.id));
    return c.json({ items: rows.map((row) => toBlockView(performance, row)), next: null }, 200, NO_STORE);
  });

  app.patch(BLOCK, async (c) => {
    const { sub } = await requireOperator(deps, c.req.raw.headers, 'operator');
    const change = toChange(c, sub);
    const patch = await readJson(c.req.raw, blockPatchSchema);
    const performance = await requirePerformance(deps, c.req.param('id'));
    const work = (tx: Transaction) => changeBlock(tx, performance, change, patch);
    const view = await whileProgressing(deps.sql, (turn) => runTransaction(deps.sql, work, turn));
    return c.json(view, 200, { ...NO_STORE, etag: `"${view.version}"` });
  });

  app.delete(BLOCK, async (c) => {
    const { sub } = await requireOperator(deps, c.req.raw.headers, 'operator');
    const [performanceId, change] = [c.req.param('id'), toChange(c, sub)];
    const work = (tx: Transaction) => removeBlock(tx, deps, performanceId, change);
    await whileProgressing(deps.sql, (turn) => runTransaction(deps.sql, work, turn));
    await applyOneBlock(deps, change.id);
    return c.body(null, 204, NO_STORE);
  });
}

function toChange(c: CoreContext, actor: string): BlockChange {
  const id = c.req.param('blockId');
  if (id === undefined || !isId(id)) throw new OperatingError('not_found');
  return { id, actor, expected: readIfMatch(c.req.header('if-match')) };
}
