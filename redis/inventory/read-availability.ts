import * as v from 'valibot';
import { asList, asNumber, asText } from '../reply.ts';
import type { RedisReply, ScriptClient } from '../script-client.ts';
import type { InventorySnapshot } from './availability.ts';
import { type InventoryRef, inventoryScriptKeys } from './inventory-ref.ts';
import { layoutSchema } from './layout.ts';
import { SWEEP_LIMIT } from './sweep-holds.ts';

/**
 * The whole inventory at one version, in one call; holds that are over are freed first. Takes some ms for 100,000
 * seats, so callers keep it: follow it with `readDeltas`. Refuses: `inventory_rebuilding`, `store_unavailable`.
 */
export async function readAvailability(client: ScriptClient, inventory: InventoryRef): Promise<InventorySnapshot> {
  const reply = asList(await client.run('read-availability', inventoryScriptKeys(inventory), [SWEEP_LIMIT]), 5);
  const [version, legs, seats, layout, hex, ...zones] = reply;
  return {
    version: asText(version),
    seats: asNumber(seats),
    layout: v.parse(layoutSchema, JSON.parse(asText(layout))),
    legs: splitLegs(hexToBytes(asText(hex)), asNumber(legs)),
    zones: toZones(zones, asNumber(legs)),
  };
}

function hexToBytes(hex: string): Uint8Array {
  const bytes = new Uint8Array(hex.length / 2);
  for (let i = 0; i < bytes.length; i += 1) bytes[i] = Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

function splitLegs(bytes: Uint8Array, legs: number): Uint8Array[] {
  const stride = bytes.length / legs;
  return Array.from({ length: legs }, (_, leg) => bytes.slice(leg * stride, (leg + 1) * stride));
}

function toZones(pairs: RedisReply[], legs: number): Map<string, number[]> {
  const zones = new Map<string, number[]>();
  for (let i = 0; i < pairs.length; i += 2) {
    const [zoneId = '', leg] = asText(pairs[i]).split(':');
    const free = zones.get(zoneId) ?? Array.from({ length: legs }, () => 0);
    free[Number(leg)] = asNumber(pairs[i + 1]);
    zones.set(zoneId, free);
  }
  return zones;
}
