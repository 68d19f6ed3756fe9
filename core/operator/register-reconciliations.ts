import type { Transaction } from '../../db/connect.ts';
import { insertAudit } from '../../db/queries/audit.ts';
import {
  listReconciliations,
  readDifferences,
  type ReportRow,
  requestReconciliation,
} from '../../db/queries/reconciliations.ts';
import { reconciliationRequestSchema, type ReconciliationRequest } from '../../contracts/reconciliation.ts';
import { isoTime } from '../../platform/clock.ts';
import { isId, newId } from '../../platform/id.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import { requirePerformance } from '../catalogue/require-performance.ts';
import type { CoreDeps } from '../deps.ts';
import type { CoreApp } from '../http/context.ts';
import { requireOperator } from '../http/credentials.ts';
import { invalidRequest, readJson } from '../http/json-body.ts';
import { withinDeadline } from '../http/store-failure.ts';
import type { Changer } from './change-room.ts';
import { serveOrder } from './keyed-order.ts';

const NO_STORE = { 'cache-control': 'no-store' } as const;
const PAGE = 50;

/** Comparisons of Redis, Postgres and the provider: asked for, and read. A job of any core process makes them. */
export function registerReconciliations(app: CoreApp, deps: CoreDeps): void {
  app.post('/v1/operator/reconciliations', (c) =>
    serveOrder(deps, c, {
      role: 'operator',
      status: 202,
      async read(request) {
        const body = await readJson(request, reconciliationRequestSchema);
        if (body.performanceId !== undefined)
          await requirePerformance({ catalogue: deps.browseCatalogue }, body.performanceId);
        return body;
      },
      work: askFor,
    }),
  );

  app.get('/v1/operator/reconciliations', async (c) => {
    await requireOperator(deps, c.req.raw.headers, 'viewer');
    const cursor = c.req.query('cursor') ?? null;
    if (cursor !== null && !isId(cursor))
      throw invalidRequest([{ path: 'cursor', message: 'is no cursor of this list' }]);
    const page = { cursor, limit: PAGE + 1 };
    const rows = await withinDeadline(deps.browseSql, () => listReconciliations(deps.browseSql, page));
    const items = rows.slice(0, PAGE).map(toReport);
    return c.json({ items, next: rows.length > PAGE ? (items.at(-1)?.id ?? null) : null }, 200, NO_STORE);
  });

  app.get('/v1/operator/reconciliations/:id', async (c) => {
    await requireOperator(deps, c.req.raw.headers, 'viewer');
    const id = c.req.param('id');
    const read = () => listReconciliations(deps.browseSql, { id, limit: 1 });
    const [row] = isId(id) ? await withinDeadline(deps.browseSql, read) : [];
    if (row === undefined) throw new OperatingError('not_found');
    const differences = await withinDeadline(deps.browseSql, () => readDifferences(deps.browseSql, id));
    return c.json({ ...toReport(row), items: differences }, 200, NO_STORE);
  });
}

async function askFor(tx: Transaction, { performanceId }: ReconciliationRequest, { actor }: Changer): Promise<object> {
  const id = newId();
  await requestReconciliation(tx, { id, performanceId: performanceId ?? null, requestedBy: actor });
  const after = { performanceId: performanceId ?? null };
  await insertAudit(tx, {
    id: newId(),
    actor,
    action: 'reconcile',
    subject: `reconciliation:${id}`,
    before: null,
    after,
  });
  return { id, state: 'due' };
}

function toReport(row: ReportRow) {
  const { requestedAt, finishedAt, deadAt, summary, ...rest } = row;
  const unfinished = deadAt === null ? 'due' : 'failed';
  const state = finishedAt === null ? unfinished : 'finished';
  const times = {
    requestedAt: isoTime(requestedAt.getTime()),
    finishedAt: finishedAt && isoTime(finishedAt.getTime()),
  };
  return { ...rest, state, ...times, summary };
}
