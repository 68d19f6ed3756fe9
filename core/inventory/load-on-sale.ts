import { isRetryable } from '../../contracts/errors.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import type { CoreDeps } from '../deps.ts';

/** How long until the next attempt, ms: about the time an admission worker needs to restore a room. */
const RETRY_MS = 1000;

/**
 * Loads, one after the other, every performance on sale that Redis does not have, and tries again until each is there: a room
 * that is being restored has no epoch yet. Holds that come earlier start the same load. Returns a function that ends it.
 */
export function loadOnSaleInventories(deps: Pick<CoreDeps, 'catalogue' | 'inventory' | 'log'>): () => void {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const round = async (): Promise<void> => {
    let missing = true;
    try {
      missing = (await loadAll(deps, () => stopped)) > 0;
    } catch (error) {
      deps.log.warn({ err: error }, 'inventories not loaded');
    }
    if (missing && !stopped) timer = setTimeout(() => void round(), RETRY_MS);
  };
  void round();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}

/** Returns how many are still missing. */
async function loadAll(
  deps: Pick<CoreDeps, 'catalogue' | 'inventory' | 'log'>,
  isStopped: () => boolean,
): Promise<number> {
  let missing = 0;
  for (const id of await deps.catalogue.onSaleIds()) {
    if (isStopped()) return 0;
    const performance = await deps.catalogue.performance(id);
    if (performance === null) continue;
    try {
      if ((await deps.inventory.load(performance)) !== 'loaded') missing += 1;
    } catch (error) {
      if (!(error instanceof OperatingError && isRetryable(error.code))) throw error;
      missing += 1;
    }
  }
  return missing;
}
