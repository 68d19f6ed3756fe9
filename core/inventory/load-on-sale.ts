import { isRetryable } from '../../contracts/errors.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import type { CoreDeps } from '../deps.ts';

/** How long until the next attempt, ms: about the time an admission worker needs to restore a room. */
const RETRY_MS = 1000;
/** How often it is looked for what came on sale meanwhile, ms: a lobby is longer. */
const LOOK_MS = 10_000;

type Deps = Pick<CoreDeps, 'catalogue' | 'inventory' | 'log'>;

/**
 * Loads, one after the other, every performance on sale that Redis does not have, and tries again until each is there: a room
 * that is being restored has no epoch yet. What comes on sale later is loaded before its first buyer asks. Holds that come earlier start the
 * same load, and so do looks at an inventory that was lost. Returns a function that ends it.
 */
export function loadOnSaleInventories(deps: Deps): () => void {
  const loaded = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const round = async (): Promise<void> => {
    let missing = true;
    try {
      missing = (await loadAll(deps, loaded, () => stopped)) > 0;
    } catch (error) {
      deps.log.warn({ err: error }, 'inventories not loaded');
    }
    if (!stopped) timer = setTimeout(() => void round(), missing ? RETRY_MS : LOOK_MS);
  };
  void round();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}

/** Returns how many are still missing. */
async function loadAll(deps: Deps, loaded: Set<string>, isStopped: () => boolean): Promise<number> {
  let missing = 0;
  const onSale = await deps.catalogue.onSaleIds();
  for (const id of loaded) if (!onSale.includes(id)) loaded.delete(id);
  for (const id of onSale) {
    if (isStopped()) return 0;
    const performance = loaded.has(id) ? null : await deps.catalogue.performance(id);
    if (performance === null) continue;
    try {
      if ((await deps.inventory.load(performance)) === 'loaded') loaded.add(id);
      else missing += 1;
    } catch (error) {
      if (!(error instanceof OperatingError && isRetryable(error.code))) throw error;
      missing += 1;
    }
  }
  return missing;
}
