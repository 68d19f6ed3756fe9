import {
  failReconciliation,
  finishReconciliation,
  type Reconciliation,
  scheduleReconciliations,
  takeReconciliation,
} from '../../db/queries/reconciliations.ts';
import { isRetryable } from '../../contracts/errors.ts';
import { newId } from '../../platform/id.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import type { CoreDeps } from '../deps.ts';
import { retryLater } from '../jobs/retry-later.ts';
import { checkMoney } from './check-money.ts';
import type { Difference } from './difference.ts';
import { type MoneyDeps, reconcileMoney } from './reconcile-money.ts';
import { reconcileStock, type StockDeps } from './reconcile-stock.ts';

/** How long a process may work on one, seconds: a ledger of a million payments takes minutes. Done twice, it finds nothing more. */
const LEASE_SECONDS = 900;
/** Differences that one report keeps; the summary counts all. */
const MAX_DIFFERENCES = 1000;

/** Payments this old, days, are compared once a day and by command; the other hours leave them out, or a year's would be listed each time. */
const SETTLED_DAYS = 3;
const DAY_MS = 86_400_000;

export type ReconcileDeps = MoneyDeps & StockDeps & Pick<CoreDeps, 'catalogue' | 'log' | 'wake'>;

/** Notes what is due by itself and works off one comparison; returns how many it took. One process does each. */
export async function runReconciliations(deps: ReconcileDeps): Promise<number> {
  await scheduleReconciliations(deps.sql, newId());
  const due = await takeReconciliation(deps.sql, LEASE_SECONDS);
  if (due === null) return 0;
  try {
    const found = await reconcile(deps, due);
    const money = await checkMoney(deps.sql);
    const repaired = found.filter(({ outcome }) => outcome === 'repaired').length;
    const summary = { differences: found.length, repaired, left: found.length - repaired, money };
    await finishReconciliation(deps.sql, due.id, summary, found.slice(0, MAX_DIFFERENCES));
    deps.wake('outbox');
    const level = found.length > 0 || money.some(({ balances }) => !balances) ? 'warn' : 'info';
    deps.log[level]({ id: due.id, differences: found.length, repaired }, 'reconciled');
  } catch (error) {
    const failure = retryLater(error, due.attempts);
    deps.log.warn({ err: error, id: due.id, dead: failure.retryInMs === null }, 'not reconciled');
    await failReconciliation(deps.sql, due.id, failure);
  }
  return 1;
}

async function reconcile(deps: ReconcileDeps, due: Reconciliation): Promise<Difference[]> {
  if (due.performanceId !== null) return reconcilePerformance(deps, due.performanceId);
  // Money first: what it confirms or frees is then under way, and the stock leaves it alone.
  const { startedAt, isBrief } = due;
  const madeSince = isBrief ? new Date(startedAt.getTime() - SETTLED_DAYS * DAY_MS) : null;
  const differences = await reconcileMoney(deps, { startedAt, madeSince });
  for (const id of await deps.catalogue.onSaleIds()) {
    try {
      differences.push(...(await reconcilePerformance(deps, id)));
    } catch (error) {
      // One room that is being restored must not keep all others from being looked at; its new epoch has a turn of its own.
      if (!(error instanceof OperatingError && isRetryable(error.code))) throw error;
      const details = { performanceId: id, part: error.code };
      differences.push({ kind: 'not_settled', subject: `performance:${id}`, details, outcome: 'left' });
    }
  }
  return differences;
}

async function reconcilePerformance(deps: ReconcileDeps, id: string): Promise<Difference[]> {
  const performance = await deps.catalogue.performance(id);
  return performance === null ? [] : reconcileStock(deps, performance);
}
