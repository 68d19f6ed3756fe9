import { asNumber } from '../reply.ts';
import type { ScriptClient } from '../script-client.ts';
import { type InventoryRef, inventoryScriptKeys } from './inventory-ref.ts';

/** How many places a general zone has, as Postgres says; `version` counts the changes of it. */
export type ZoneCapacity = { zoneId: string; capacity: number; version: number };

const capacityArgs = (capacities: readonly ZoneCapacity[]): (string | number)[] =>
  capacities.flatMap(({ zoneId, version, capacity }) => [zoneId, version, capacity]);

/**
 * Brings the capacities of general zones into the inventory: what is free grows or shrinks by the difference, below nothing where more
 * is held. May come twice and out of order: a version that is known changes nothing. Refuses: `inventory_rebuilding` (apply them again),
 * `store_unavailable`.
 */
export async function applyCapacities(
  client: ScriptClient,
  inventory: InventoryRef,
  capacities: readonly ZoneCapacity[],
): Promise<void> {
  await client.run('apply-capacities', inventoryScriptKeys(inventory), capacityArgs(capacities));
}

/** The same as a step of a load, before its end: the plan that it began with may be older. False when another loader has taken over. */
export async function loadCapacities(
  client: ScriptClient,
  load: InventoryRef & { token: string },
  capacities: readonly ZoneCapacity[],
): Promise<boolean> {
  const args = [load.token, ...capacityArgs(capacities)];
  return asNumber(await client.run('load-capacities', inventoryScriptKeys(load), args)) >= 0;
}
