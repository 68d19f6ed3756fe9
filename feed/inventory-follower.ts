import { applyDelta, type InventorySnapshot } from '../redis/inventory/availability.ts';
import type { InventoryRef } from '../redis/inventory/inventory-ref.ts';
import { readAvailability } from '../redis/inventory/read-availability.ts';
import { readDeltas, type InventoryDelta } from '../redis/inventory/read-deltas.ts';
import { sweepHolds } from '../redis/inventory/sweep-holds.ts';
import type { ScriptClient } from '../redis/script-client.ts';
import { createDeltaHistory } from './delta-history.ts';

/** Hears of each step; a step's inventory is whole and at its new version. */
export type FollowListener = {
  changed(from: string, inventory: InventorySnapshot, deltas: readonly InventoryDelta[]): void;
  /** The steps in between are lost: too many, or another epoch. */
  replaced(inventory: InventorySnapshot): void;
};

/** One inventory as Redis has it, kept up to date by whoever calls `follow`. Errors: `inventory_rebuilding`, `store_unavailable`. */
export type InventoryFollower = {
  /** Reads everything; `since` is the version from which on changes should be known, where they still can be. */
  open(since: string | null): Promise<InventorySnapshot>;
  current(): InventorySnapshot | undefined;
  /** All changes after a version; null when they are not known. */
  since(version: string): readonly InventoryDelta[] | null;
  /** Frees holds that are over and takes one look at what changed; nothing but two small calls when nothing did. */
  follow(listener: FollowListener): Promise<void>;
};

/** A follower that knows nothing yet. */
export function createInventoryFollower(ref: InventoryRef, client: ScriptClient): InventoryFollower {
  const history = createDeltaHistory();
  let inventory: InventorySnapshot | undefined;

  const read = async (): Promise<InventorySnapshot> => {
    inventory = await readAvailability(client, ref);
    history.reset(inventory.version);
    return inventory;
  };

  const step = async (known: InventorySnapshot, listener: FollowListener): Promise<boolean> => {
    const from = known.version;
    const found = await readDeltas(client, ref, from);
    if (found.outcome === 'gone') {
      listener.replaced(await read());
      return false;
    }
    for (const delta of found.deltas) applyDelta(known, delta);
    history.append(found.deltas);
    if (found.deltas.length > 0) listener.changed(from, known, found.deltas);
    return found.deltas.length > 0;
  };

  return {
    async open(since) {
      const opened = await read();
      const past = since === null ? null : await readDeltas(client, ref, since);
      if (since === null || past?.outcome !== 'deltas') return opened;
      // Changes go on while we read: only those up to what was read belong to it.
      const until = past.deltas.filter((delta) => numberOf(delta.version) <= numberOf(opened.version));
      if ((until.at(-1)?.version ?? since) === opened.version) history.reset(since, until);
      return opened;
    },
    current: () => inventory,
    since: (version) => history.since(version),
    async follow(listener) {
      const { version } = await sweepHolds(client, ref);
      // A full batch of deltas may not reach the version that the sweep saw; what came after it is the next look's.
      while (inventory !== undefined && isBehind(inventory.version, version)) {
        if (!(await step(inventory, listener))) return;
      }
    },
  };
}

/** The counter of an `epoch.n`. */
const numberOf = (version: string): number => Number(version.split('.')[1]);
const epochOf = (version: string): string | undefined => version.split('.')[0];

const isBehind = (version: string, other: string): boolean =>
  epochOf(version) !== epochOf(other) || numberOf(version) < numberOf(other);
