import type { SeatState } from '../../contracts/catalogue.ts';
import { asList, asText } from '../reply.ts';
import type { ScriptClient } from '../script-client.ts';
import { type InventoryRef, inventoryScriptKeys } from './inventory-ref.ts';

/** One thing to put right. `holder` is `b<booking id>` or '' for nobody; `entry` is `<version> <pending|sold>` or '' to forget. */
export type InventoryRepair =
  | { kind: 'cell'; leg: number; seat: number; state: SeatState; holder: string }
  /** Which block the seat is of ('' none); its state follows while nobody has it. */
  | { kind: 'block'; leg: number; seat: number; blockId: string; isOffer?: boolean }
  | { kind: 'zone'; zoneId: string; leg: number; free: number }
  | { kind: 'booking'; bookingId: string; entry: string };

/** Repairs of one call: some milliseconds of script time. */
export const REPAIRS_PER_CALL = 500;

/**
 * Makes all repairs, if the inventory is still at `version`; false, having changed nothing, when it has moved on: compare again.
 * Refuses: `inventory_rebuilding`, `store_unavailable`.
 */
export async function repairInventory(
  client: ScriptClient,
  inventory: InventoryRef,
  version: string,
  repairs: readonly InventoryRepair[],
): Promise<boolean> {
  if (repairs.length > REPAIRS_PER_CALL) throw new RangeError(`at most ${REPAIRS_PER_CALL} repairs at once`);
  const args = [version, ...repairs.flatMap(toArgs)];
  const [outcome] = asList(await client.run('repair-inventory', inventoryScriptKeys(inventory), args), 2);
  return asText(outcome) === 'repaired';
}

function toArgs(repair: InventoryRepair): (string | number)[] {
  switch (repair.kind) {
    case 'cell':
      return ['cell', repair.leg, repair.seat, repair.state, repair.holder];
    case 'block':
      return ['block', repair.leg, repair.seat, repair.blockId, repair.isOffer === true ? 1 : ''];
    case 'zone':
      return ['zone', repair.zoneId, repair.leg, repair.free, ''];
    case 'booking':
      return ['booking', repair.bookingId, repair.entry, '', ''];
  }
}
