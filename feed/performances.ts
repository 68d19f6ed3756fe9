import { performanceRoomKey } from '../redis/keys.ts';
import { createPerformanceHub, type PerformanceHub, type PerformanceHubPorts, type Wish } from './performance-hub.ts';
import type { Watcher } from './stretch.ts';

/** The performances somebody watches. */
export type Performances = {
  /** Errors: `inventory_rebuilding`, `store_unavailable`. */
  watch(
    performanceId: string,
    watcher: Watcher,
    wish: Wish,
  ): Promise<'watching' | 'no_such_stop' | 'full' | 'no_such_performance'>;
  leave(performanceId: string, watcher: Watcher): void;
  stop(): void;
};

/** Hubs by performance, opened and closed by need. */
export function createPerformances(ports: PerformanceHubPorts): Performances {
  const hubs = new Map<string, { hub: PerformanceHub; expected: number }>();

  const closeIfUnused = (performanceId: string): void => {
    const entry = hubs.get(performanceId);
    if (entry === undefined || entry.expected > 0 || !entry.hub.isEmpty()) return;
    entry.hub.stop();
    hubs.delete(performanceId);
  };

  return {
    async watch(performanceId, watcher, wish) {
      let entry = hubs.get(performanceId);
      if (entry === undefined) {
        const room = await ports.client.get(performanceRoomKey(performanceId));
        if (room === null) return 'no_such_performance';
        entry = hubs.get(performanceId) ?? { hub: createPerformanceHub({ room, performanceId }, ports), expected: 0 };
        hubs.set(performanceId, entry);
      }
      // Counted while it comes in, so that another's leaving does not close the hub under it.
      entry.expected += 1;
      try {
        return await entry.hub.watch(watcher, wish);
      } finally {
        entry.expected -= 1;
        closeIfUnused(performanceId);
      }
    },
    leave(performanceId, watcher) {
      hubs.get(performanceId)?.hub.leave(watcher);
      closeIfUnused(performanceId);
    },
    stop() {
      for (const { hub } of hubs.values()) hub.stop();
      hubs.clear();
    },
  };
}
