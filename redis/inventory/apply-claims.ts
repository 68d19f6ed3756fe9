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

/** What became of one booking; `version` is the inventory's. */
export type AppliedClaims = { outcome: 'applied' | 'stale'; version: string };

/**
 * Brings bookings' changes into the inventory and takes over their holds. Each may come twice and out of order: an older version
 * changes nothing (`stale`), and `free` frees only what this booking has. Refuses all of them: `inventory_rebuilding` (deliver them
 * again), `store_unavailable` (some may have been applied).
 */
export async function applyClaims(
  client: ScriptClient,
  inventory: InventoryRef,
  bookings: readonly BookingClaims[],
): Promise<AppliedClaims[]> {
  const keys = inventoryKeys(inventory.room, inventory.performanceId);
  const names = [...inventoryScriptKeys(inventory), ...bookings.map(({ bookingId }) => keys.freed(bookingId))];
  const args = [REMEMBER_FREED_MS, ...bookings.flatMap(claimsArgs)];
  const reply = asList(await client.run('apply-claims', names, args), 2 * bookings.length);
  return bookings.map((_, i) => ({
    outcome: asText(reply[2 * i]) === 'applied' ? 'applied' : 'stale',
    version: asText(reply[2 * i + 1]),
  }));
}

/** A booking's claims as scripts take them. */
export const claimsArgs = (claims: BookingClaims): (string | number)[] => [
  claims.bookingId,
  claims.version,
  claims.state,
  claims.holdId ?? '',
  ...placesArgs(claims.places),
];
