import { inventoryKeys } from '../keys.ts';
import { asList, asText } from '../reply.ts';
import type { ScriptClient } from '../script-client.ts';
import { type InventoryRef, inventoryScriptKeys, type Places, placesArgs } from './inventory-ref.ts';

/** One booking's places as Postgres has them. */
export type BookingClaims = {
  bookingId: string;
  /** Counts every change of the booking; ≥ 1. */
  version: number;
  /** `pending`: booked and unpaid. `free`: expired or cancelled. */
  state: 'pending' | 'sold' | 'free';
  /** The hold it was made from; null when there was none. */
  holdId: string | null;
  places: Places;
};

/** How long a freed booking is remembered, ms: no outbox delivers later than this. */
const REMEMBER_FREED_MS = 24 * 3_600_000;

/**
 * Brings a booking's change into the inventory and takes over its hold. May come twice and out of order: an older version
 * changes nothing (`stale`), and `free` frees only what this booking has. Refuses: `inventory_rebuilding` (deliver it
 * again), `store_unavailable`.
 */
export async function applyClaims(
  client: ScriptClient,
  inventory: InventoryRef,
  claims: BookingClaims,
): Promise<{ outcome: 'applied' | 'stale'; version: string }> {
  const names = [
    ...inventoryScriptKeys(inventory),
    inventoryKeys(inventory.room, inventory.performanceId).freed(claims.bookingId),
  ];
  const args = [...claimsArgs(claims), REMEMBER_FREED_MS];
  const [outcome, version] = asList(await client.run('apply-claims', names, args), 2);
  return { outcome: asText(outcome) === 'applied' ? 'applied' : 'stale', version: asText(version) };
}

/** A booking's claims as scripts take them. */
export const claimsArgs = (claims: BookingClaims): (string | number)[] => [
  claims.bookingId,
  claims.version,
  claims.state,
  claims.holdId ?? '',
  ...placesArgs(claims.places),
];
