import { asList, asNumber, asText } from '../reply.ts';
import type { ScriptClient } from '../script-client.ts';
import { type InventoryRef, inventoryScriptKeys } from './inventory-ref.ts';

/** Most holds freed in one call: about 5 ms of script time. */
export const SWEEP_LIMIT = 500;

/**
 * Frees holds that are over, so that their places are announced; a feed calls it each tick. `freed` = SWEEP_LIMIT: there may be
 * more. Refuses: `inventory_rebuilding`, `store_unavailable`.
 */
export async function sweepHolds(
  client: ScriptClient,
  inventory: InventoryRef,
): Promise<{ freed: number; version: string }> {
  const [freed, version] = asList(await client.run('sweep-holds', inventoryScriptKeys(inventory), [SWEEP_LIMIT]), 2);
  return { freed: asNumber(freed), version: asText(version) };
}
