import { OperatingError } from '../../platform/operating-error.ts';
import type { InventorySnapshot } from '../../redis/inventory/availability.ts';
import { readAvailability } from '../../redis/inventory/read-availability.ts';
import { refreshAvailability } from '../../redis/inventory/refresh-availability.ts';
import type { Performance } from '../catalogue/performance.ts';
import type { CoreStores } from '../stores.ts';
import { withinDeadline } from '../http/store-failure.ts';
import { loadInventory, type LoadOutcome } from './load-inventory.ts';
import { readPostgresSnapshot } from './postgres-snapshot.ts';

/** The inventory of every performance, as core's features use it. */
export type Inventory = {
  /** Loads it into Redis when it is not there. One load a performance at a time in this process. */
  load(performance: Performance): Promise<LoadOutcome>;
  /**
   * What is free, at most a second old; from Postgres while Redis can't say, then under the newest version that this process has
   * shown (or the epoch's first) and without unbooked holds.
   */
  snapshot(performance: Performance): Promise<InventorySnapshot>;
  /** Runs a script on it; when the inventory is missing, begins a load and lets `inventory_rebuilding` through. */
  use<T>(performance: Performance, script: () => Promise<T>): Promise<T>;
};

/** How old a snapshot may be, ms: `max-age` of the answer. */
const SNAPSHOT_MS = 1000;
/** Snapshots kept at most; the oldest goes first. */
const MAX_SNAPSHOTS = 500;

type Parts = Pick<CoreStores, 'scripts' | 'redis' | 'sql' | 'browseSql' | 'log' | 'clock'>;
type Kept = { takenAtMs: number; value: Promise<InventorySnapshot> };

/** The inventory over Redis, with Postgres behind it. */
export function createInventory(parts: Parts): Inventory {
  const loads = new Map<string, Promise<LoadOutcome>>();
  const snapshots = new Map<string, Kept>();
  /** The newest that this process has shown of a performance, as Redis had it. */
  const shown = new Map<string, InventorySnapshot>();

  const load = (performance: Performance): Promise<LoadOutcome> => {
    const running = loads.get(performance.id);
    if (running !== undefined) return running;
    const started = loadInventory(parts, performance).finally(() => loads.delete(performance.id));
    loads.set(performance.id, started);
    return started;
  };

  const loadBehind = (performance: Performance): void => {
    // Nobody waits for it: the caller was answered 503 and asks again, and that starts the next attempt if this one fails.
    load(performance).catch((error: unknown) => {
      parts.log.warn({ performance: performance.id, reason: reasonOf(error) }, 'inventory not loaded');
    });
  };

  const read = async (performance: Performance): Promise<InventorySnapshot> => {
    try {
      const inventory = { room: performance.room, performanceId: performance.id };
      const older = shown.get(performance.id);
      const found = await (older === undefined
        ? readAvailability(parts.scripts, inventory)
        : refreshAvailability(parts.scripts, inventory, older));
      if (shown.size >= MAX_SNAPSHOTS && older === undefined) shown.delete(shown.keys().next().value ?? '');
      shown.set(performance.id, found);
      return found;
    } catch (error) {
      if (!(error instanceof OperatingError)) throw error;
      if (error.code === 'inventory_rebuilding' && performance.status === 'on_sale') loadBehind(performance);
      const known = await withinDeadline(parts.browseSql, () => readPostgresSnapshot(parts.browseSql, performance));
      // A version never goes back: a page that follows it would take what Redis says later for old.
      return { ...known, version: newerOf(shown.get(performance.id)?.version, known.version) };
    }
  };

  return {
    load,
    snapshot(performance) {
      const kept = snapshots.get(performance.id);
      if (kept !== undefined && parts.clock.nowMs() - kept.takenAtMs < SNAPSHOT_MS) return kept.value;
      const value = read(performance);
      if (snapshots.size >= MAX_SNAPSHOTS) snapshots.delete(snapshots.keys().next().value ?? '');
      snapshots.set(performance.id, { takenAtMs: parts.clock.nowMs(), value });
      value.catch(() => snapshots.delete(performance.id));
      return value;
    },
    async use(performance, script) {
      try {
        return await script();
      } catch (error) {
        if (error instanceof OperatingError && error.code === 'inventory_rebuilding') loadBehind(performance);
        throw error;
      }
    },
  };
}

/** The later of two versions `epoch.n`. */
function newerOf(shown: string | undefined, version: string): string {
  if (shown === undefined) return version;
  const [epoch = 0, n = 0] = shown.split('.').map(Number);
  const [otherEpoch = 0, otherN = 0] = version.split('.').map(Number);
  return epoch > otherEpoch || (epoch === otherEpoch && n > otherN) ? shown : version;
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
