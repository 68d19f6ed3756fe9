import { isRetryable } from '../../contracts/errors.ts';
import { markCapacityApplied, readCapacities, takeDueCapacities } from '../../db/queries/zone-capacities.ts';
import { readPerformanceRow } from '../../db/queries/edit-performances.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import { applyCapacities } from '../../redis/inventory/apply-capacities.ts';
import type { CoreDeps } from '../deps.ts';
import { tellNewOffers } from '../waitlist/tell-offers.ts';

type Deps = Pick<CoreDeps, 'sql' | 'scripts' | 'catalogue' | 'log'>;

/** Zones a turn, and how long one process may hold them, seconds: also how often an inventory that is not loaded is asked again. */
const BATCH = 20;
const LEASE_SECONDS = 15;

/** Tells the inventories of capacities that they have yet to hear of; the rows are the work. Returns how many performances it told. */
export async function tellDueCapacities(deps: Deps): Promise<number> {
  let told = 0;
  for (const id of await takeDueCapacities(deps.sql, BATCH, LEASE_SECONDS)) {
    if (await tellCapacities(deps, id)) told += 1;
  }
  return told;
}

/**
 * Tells the inventory of a performance's capacities as they are now; those that it knows change nothing. False when that has to wait:
 * Redis is away, or the inventory is not loaded; then a load reads them from Postgres.
 */
export async function tellCapacities(deps: Deps, performanceId: string): Promise<boolean> {
  try {
    const performance = await readPerformanceRow(deps.sql, performanceId);
    if (performance === null) return false;
    const capacities = await readCapacities(deps.sql, performanceId);
    if (capacities.every(({ version }) => version === 1)) return false;
    const known = await deps.catalogue.performance(performanceId);
    if (known !== null) await tellNewOffers(deps, known);
    await applyCapacities(deps.scripts, { room: performance.room, performanceId }, capacities);
    for (const capacity of capacities) await markCapacityApplied(deps.sql, performanceId, capacity);
    return true;
  } catch (error) {
    const isAwaited = error instanceof OperatingError && isRetryable(error.code);
    if (!isAwaited) deps.log.warn({ err: error, performance: performanceId }, 'capacities not told');
    return false;
  }
}
