import { asList, asNumber } from '../reply.ts';
import type { ScriptClient } from '../script-client.ts';
import { type InventoryRef, inventoryScriptKeys } from './inventory-ref.ts';

/** Holds that one call looks at: about a millisecond of script time. */
const HOLDS_PER_CALL = 1000;

/**
 * How many places visitors hold without a booking. Holds that come and go while it counts may be counted or not. Refuses:
 * `inventory_rebuilding`, `store_unavailable`.
 */
export async function countHeld(client: ScriptClient, inventory: InventoryRef): Promise<number> {
  let held = 0;
  for (let first = 0; ; first += HOLDS_PER_CALL) {
    const args = [first, HOLDS_PER_CALL];
    const [places, looked] = asList(await client.run('count-held', inventoryScriptKeys(inventory), args), 2);
    held += asNumber(places);
    if (asNumber(looked) < HOLDS_PER_CALL) return held;
  }
}
