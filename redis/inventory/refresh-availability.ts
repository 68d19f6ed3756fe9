import type { ScriptClient } from '../script-client.ts';
import { applyDelta, type InventorySnapshot } from './availability.ts';
import type { InventoryRef } from './inventory-ref.ts';
import { readAvailability } from './read-availability.ts';
import { MAX_DELTAS, readDeltas } from './read-deltas.ts';
import { sweepHolds } from './sweep-holds.ts';

/**
 * A snapshot as of now, from an older one by what has changed since: a large inventory is then read whole only once. The older one is
 * left as it is, and is the answer where nothing has changed. Refuses: `inventory_rebuilding`, `store_unavailable`.
 */
export async function refreshAvailability(
  client: ScriptClient,
  inventory: InventoryRef,
  older: InventorySnapshot,
): Promise<InventorySnapshot> {
  const { version } = await sweepHolds(client, inventory);
  if (version === older.version) return older;
  const found = await readDeltas(client, inventory, older.version);
  if (found.outcome === 'gone' || found.deltas.length >= MAX_DELTAS) return readAvailability(client, inventory);
  const newer = {
    ...older,
    legs: older.legs.map((leg) => leg.slice()),
    zones: new Map([...older.zones].map(([id, free]) => [id, [...free]])),
  };
  for (const delta of found.deltas) applyDelta(newer, delta);
  return newer;
}
