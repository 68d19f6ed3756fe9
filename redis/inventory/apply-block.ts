import { asList, asNumber, asText } from '../reply.ts';
import type { ScriptClient } from '../script-client.ts';
import {
  asSeats,
  countPlaces,
  type InventoryRef,
  inventoryScriptKeys,
  type Places,
  placesArgs,
  splitZoneName,
  unknownOutcome,
} from './inventory-ref.ts';

/** A block as Postgres has it. */
export type InventoryBlock = {
  blockId: string;
  /** Hash of the code that opens it; null: nobody may have its places. */
  codeHash: string | null;
  places: Places;
  /** Zones that it has seats of. */
  seatZones: string[];
  /** Whether it is the offer to one who waits: its places show as held, and `acceptOffer` opens them. */
  isOffer?: boolean;
};

/** A block as scripts take it. */
export const blockArgs = ({ blockId, codeHash, places, seatZones, isOffer }: InventoryBlock): (string | number)[] => [
  blockId,
  codeHash ?? '',
  ...placesArgs(places),
  seatZones.length === 0 ? '' : `,${seatZones.join(',')},`,
  isOffer === true ? 1 : '',
];

/**
 * Brings the making (version 1) or the end (2) of a block into the inventory. May come twice and out of order: an older version changes
 * nothing (`stale`). Seats that somebody has stay with them and are blocked once they are let go. Refuses: `inventory_rebuilding`
 * (apply it again), `store_unavailable`.
 */
export async function applyBlock(
  client: ScriptClient,
  inventory: InventoryRef,
  block: InventoryBlock & { version: number },
): Promise<{ outcome: 'applied' | 'stale'; version: string }> {
  const args = [block.version, ...blockArgs(block)];
  const [outcome, version] = asList(await client.run('apply-block', inventoryScriptKeys(inventory), args), 2);
  return { outcome: asText(outcome) === 'applied' ? 'applied' : 'stale', version: asText(version) };
}

export type HoldForBlockOutcome =
  | { outcome: 'held'; fence: string }
  | { outcome: 'seats_unavailable'; seats: number[] }
  | { outcome: 'zone_sold_out'; zoneId: string; available: number };

/** How long places are set aside for a block that is being written, ms: longer than its transaction may take. */
const ASIDE_MS = 60_000;

/** Whose hold that is, for `releaseHold`. */
export const BLOCK_OWNER = 'block';
/** The id of that hold. */
export const blockHoldId = (blockId: string): string => `block:${blockId}`;

/**
 * Sets places aside for a block before Postgres has it, so that no visitor holds them meanwhile; `applyBlock` takes them over, and what is
 * never written goes free after a minute. May be repeated. Refuses: `inventory_rebuilding`, `store_unavailable`.
 */
export async function holdForBlock(
  client: ScriptClient,
  inventory: InventoryRef,
  { blockId, places }: Pick<InventoryBlock, 'blockId' | 'places'>,
): Promise<HoldForBlockOutcome> {
  const args = [blockId, ...placesArgs(places), countPlaces(places), ASIDE_MS];
  const reply = asList(await client.run('hold-for-block', inventoryScriptKeys(inventory), args), 2);
  const outcome = asText(reply[0]);
  switch (outcome) {
    case 'held':
      return { outcome, fence: asText(reply[1]) };
    case 'seats_unavailable':
      return { outcome, seats: asSeats(reply[1]) };
    case 'zone_sold_out':
      return { outcome, zoneId: splitZoneName(asText(reply[1])).zoneId, available: asNumber(reply[2]) };
    default:
      return unknownOutcome('hold-for-block', outcome);
  }
}
