import { asList, asNumber, asText } from '../reply.ts';
import type { ScriptClient } from '../script-client.ts';
import { type BookingClaims, claimsArgs } from './apply-claims.ts';
import { blockArgs, type InventoryBlock } from './apply-block.ts';
import { type InventoryRef, inventoryScriptKeys, unknownOutcome } from './inventory-ref.ts';
import type { InventoryLayout } from './layout.ts';
import type { SeatRows } from './seat-rows.ts';

/** How long a loader that has fallen silent keeps others out, ms: several chunks' time. */
const LOADER_LEASE_MS = 5000;

/** Bookings in one chunk at most: about 2 ms of script time for bookings of a few seats. */
export const LOAD_CHUNK = 200;

/** What is laid out, all of it free. `token` is the loader's own, unguessed by others. */
export type LoadPlan = InventoryRef & {
  token: string;
  seats: number;
  legs: number;
  layout: InventoryLayout;
  rows?: SeatRows;
};

export type BeginLoadOutcome =
  /** Now read Postgres: claims committed later are applied by `applyClaims` once the load is finished. */
  | { outcome: 'begun' }
  | { outcome: 'loaded' }
  /** Another loader is at work. */
  | { outcome: 'busy' };

/**
 * Begins a load: empties the inventory and keeps holds pinned for a booking. No hold is taken until `finishLoad`. Refuses:
 * `room_recovering` (the room has no epoch yet), `store_unavailable`.
 */
export async function beginLoad(client: ScriptClient, plan: LoadPlan): Promise<BeginLoadOutcome> {
  const general = plan.layout.zones.flatMap((zone) => (zone.kind === 'general' ? [`${zone.id}=${zone.capacity}`] : []));
  const args = [
    plan.token,
    LOADER_LEASE_MS,
    plan.seats,
    plan.legs,
    JSON.stringify(plan.layout),
    general.join(','),
  ].concat(Object.entries(plan.rows ?? {}).flat());
  const outcome = asText(asList(await client.run('begin-load', inventoryScriptKeys(plan), args), 1)[0]);
  if (outcome === 'begun' || outcome === 'loaded' || outcome === 'busy') return { outcome };
  return unknownOutcome('begin-load', outcome);
}

/** Writes one block that stands. Before `loadClaims`: bookings of an allocation take from what is written here. */
export async function loadBlock(
  client: ScriptClient,
  load: InventoryRef & { token: string },
  block: InventoryBlock,
): Promise<boolean> {
  const args = [load.token, ...blockArgs(block)];
  return asNumber(await client.run('load-blocks', inventoryScriptKeys(load), args)) >= 0;
}

/** Writes at most LOAD_CHUNK bookings. False when another loader has taken over: stop. */
export async function loadClaims(
  client: ScriptClient,
  load: InventoryRef & { token: string },
  bookings: BookingClaims[],
): Promise<boolean> {
  if (bookings.length > LOAD_CHUNK) throw new RangeError(`at most ${LOAD_CHUNK} bookings at once`);
  const args = [load.token, ...bookings.flatMap(claimsArgs)];
  return asNumber(await client.run('load-claims', inventoryScriptKeys(load), args)) >= 0;
}

/** Sets the loaded marker. False when another loader has taken over, or the room has a new epoch. */
export async function finishLoad(client: ScriptClient, load: InventoryRef & { token: string }): Promise<boolean> {
  const reply = asList(await client.run('finish-load', inventoryScriptKeys(load), [load.token]), 1);
  return asText(reply[0]) === 'loaded';
}
