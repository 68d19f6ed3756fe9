import { isRetryable } from '../../contracts/errors.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import { roomKeys } from '../../redis/keys.ts';
import type { CoreDeps } from '../deps.ts';

/** How long until the next attempt, ms: about the time an admission worker needs to restore a room. */
const RETRY_MS = 1000;
/** How often it is looked for what came on sale or was lost meanwhile, ms: a lobby is longer. */
const LOOK_MS = 10_000;

type Deps = Pick<CoreDeps, 'catalogue' | 'inventory' | 'log' | 'redis'>;
/** What was loaded, by performance, and under which epoch of its room. */
export type Loaded = Map<string, { room: string; epoch: string | null }>;

/**
 * Loads, one after the other, every performance on sale that Redis does not have, and tries again until each is there: a room
 * that is being restored has no epoch yet. What comes on sale later is loaded before its first buyer asks, and so is what Redis lost: its
 * room has another epoch then. Holds that come earlier start the same load, and so do looks. Returns a function that ends it.
 */
export function loadOnSaleInventories(deps: Deps): () => void {
  const loaded: Loaded = new Map();
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const round = async (): Promise<void> => {
    let missing = true;
    try {
      missing = (await loadMissing(deps, loaded, () => stopped)) > 0;
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

/** One round: loads what `loaded` does not have, or has of an older epoch, and notes it there. Returns how many are still missing. */
export async function loadMissing(deps: Deps, loaded: Loaded, isStopped = () => false): Promise<number> {
  let missing = 0;
  const onSale = await deps.catalogue.onSaleIds();
  await forgetOld(deps, loaded, onSale);
  for (const id of onSale) {
    if (isStopped()) return 0;
    const performance = loaded.has(id) ? null : await deps.catalogue.performance(id);
    if (performance === null) continue;
    const { room } = performance;
    // Read before: a loss in the middle of a load is seen by the next round.
    const epoch = await epochOf(deps, room);
    try {
      if ((await deps.inventory.load(performance)) === 'loaded') loaded.set(id, { room, epoch });
      else missing += 1;
    } catch (error) {
      if (!(error instanceof OperatingError && isRetryable(error.code))) throw error;
      missing += 1;
    }
  }
  return missing;
}

/** Takes away what is not on sale any more, and what a room's loss took with it. One read for each room. */
async function forgetOld(deps: Deps, loaded: Loaded, onSale: readonly string[]): Promise<void> {
  const rooms = [...new Set([...loaded.values()].map(({ room }) => room))];
  const epochs = new Map(await Promise.all(rooms.map(async (room) => [room, await epochOf(deps, room)] as const)));
  for (const [id, { room, epoch }] of loaded) if (!onSale.includes(id) || epochs.get(room) !== epoch) loaded.delete(id);
}

const epochOf = (deps: Deps, room: string): Promise<string | null> => deps.redis.hget(roomKeys(room).state, 'epoch');
