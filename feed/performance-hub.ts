import type { Logger } from '../platform/log.ts';
import { availabilityOn, type InventorySnapshot } from '../redis/inventory/availability.ts';
import type { InventoryRef } from '../redis/inventory/inventory-ref.ts';
import { legsBetween } from '../redis/inventory/layout.ts';
import type { InventoryDelta } from '../redis/inventory/read-deltas.ts';
import type { ScriptClient } from '../redis/script-client.ts';
import { createInventoryFollower, type FollowListener } from './inventory-follower.ts';
import { catchUpFrame, createStretch, deltaFrame, show, snapshotFrame, type Stretch, type Watcher } from './stretch.ts';

/** How often a watched inventory is swept and read, in ms. One loop serves all its watchers. */
const POLL_MS = 300;

/** Different stretches watched at once: each costs a look at every seat when it changes. Watchers of one share it. */
const MAX_STRETCHES = 256;

/** What a watcher asked for; null where it asked for nothing. */
export type Wish = { since: string | null; from: string | null; to: string | null };

/** One watched performance: followed by one poll loop, told to the watchers of each stretch in one frame. */
export type PerformanceHub = {
  /**
   * Brings the watcher up to date, then keeps it there. `no_such_stop`, `full` (too many different stretches): nothing was
   * done. Errors: `inventory_rebuilding`.
   */
  watch(watcher: Watcher, wish: Wish): Promise<'watching' | 'no_such_stop' | 'full'>;
  leave(watcher: Watcher): void;
  isEmpty(): boolean;
  stop(): void;
};

export type PerformanceHubPorts = { client: ScriptClient; log: Logger; maxStretches?: number };

/** A hub that begins to poll with its first watcher. */
// oxlint-disable-next-line max-lines-per-function -- one closure: all its parts share what it remembers
export function createPerformanceHub(
  ref: InventoryRef,
  { client, log, maxStretches = MAX_STRETCHES }: PerformanceHubPorts,
): PerformanceHub {
  const stretches = new Map<string, Stretch>();
  const follower = createInventoryFollower(ref, client);
  let opening: Promise<InventorySnapshot> | undefined;
  let turn: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  /** One turn at a time; a turn that fails is the next one's to make good. */
  const takeTurn = (): Promise<void> => {
    turn ??= follower
      .follow(tellAll(stretches))
      .then(() => tellMissed(stretches, follower.current()))
      .catch((error: unknown) =>
        log.warn({ performance: ref.performanceId, err: error }, 'could not follow the inventory'),
      )
      .finally(() => {
        turn = undefined;
      });
    return turn;
  };

  const schedule = (): void => {
    if (stopped || timer !== undefined) return;
    timer = setTimeout(() => {
      timer = undefined;
      void takeTurn().then(schedule);
    }, POLL_MS);
  };

  const openOnce = async (since: string | null): Promise<InventorySnapshot> => {
    opening ??= follower.open(since);
    try {
      return await opening;
    } catch (error) {
      opening = undefined;
      throw error;
    }
  };

  return {
    async watch(watcher, wish) {
      const opened = await openOnce(wish.since);
      // A page may have read availability after our last turn: then its version is news to us.
      if (wish.since !== null && follower.since(wish.since) === null) await takeTurn();
      const inventory = follower.current() ?? opened;
      const legs = legsBetween(inventory.layout, wish.from, wish.to);
      if (legs === null) return 'no_such_stop';
      const key = legs.join('-');
      if (!stretches.has(key) && stretches.size >= maxStretches) return 'full';
      const stretch = stretches.get(key) ?? createStretch(inventory, legs);
      stretches.set(key, stretch);
      stretch.watchers.add(watcher);
      const missing = wish.since === null ? null : follower.since(wish.since);
      if (wish.since === null || missing === null) watcher.missed = true;
      else if (missing.length > 0)
        watcher.missed = !watcher.outbox.offer(catchUpFrame(wish.since, inventory.version, stretch.shown, missing));
      bringUpToDate(watcher, stretch, inventory.version);
      schedule();
      return 'watching';
    },
    leave(watcher) {
      for (const [key, stretch] of stretches) {
        stretch.watchers.delete(watcher);
        if (stretch.watchers.size === 0) stretches.delete(key);
      }
    },
    isEmpty: () => stretches.size === 0,
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

/** Turns steps of the inventory into one frame a stretch. */
const tellAll = (stretches: ReadonlyMap<string, Stretch>): FollowListener => ({
  changed(from, inventory, deltas) {
    let unchanged: Buffer | undefined;
    for (const stretch of stretches.values()) {
      const before = stretch.shown;
      const isTouched = touches(deltas, stretch.legs);
      if (isTouched) show(stretch, availabilityOn(inventory, stretch.legs));
      // Who watches other legs has to learn the version all the same, or the next delta would not follow on.
      const frame = isTouched
        ? deltaFrame(from, inventory.version, before, stretch.shown, deltas)
        : (unchanged ??= deltaFrame(from, inventory.version, before, before, []));
      // Those who missed one can't use the next: they get a snapshot as soon as they read again.
      for (const watcher of stretch.watchers) watcher.missed ||= !watcher.outbox.offer(frame);
    }
  },
  replaced(inventory) {
    for (const stretch of stretches.values()) {
      show(stretch, availabilityOn(inventory, stretch.legs));
      for (const watcher of stretch.watchers) watcher.missed = true;
    }
  },
});

const touches = (deltas: readonly InventoryDelta[], [from, to]: readonly [number, number]): boolean =>
  deltas.some(({ legs }) => legs[0] < to && from < legs[1]);

/** Sends the snapshot of this moment to all who missed something and can read again. */
function tellMissed(stretches: ReadonlyMap<string, Stretch>, inventory: InventorySnapshot | undefined): void {
  if (inventory === undefined) return;
  for (const stretch of stretches.values())
    for (const watcher of stretch.watchers) bringUpToDate(watcher, stretch, inventory.version);
}

/** Sends the snapshot to one who missed something. A crowd that comes at once asks for the same one. */
function bringUpToDate(watcher: Watcher, stretch: Stretch, version: string): void {
  if (watcher.missed) watcher.missed = !watcher.outbox.offer(snapshotFrame(stretch, version));
}
