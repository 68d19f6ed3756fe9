import { asList, asNumber, asText, asTextOrNull } from '../reply.ts';
import type { ScriptClient } from '../script-client.ts';
import type { HoldRef } from './hold-ref.ts';
import { inventoryScriptKeys, unknownOutcome } from './inventory-ref.ts';

export type ReadHoldOutcome =
  | { outcome: 'held'; expiresAtMs: number; maxExpiresAtMs: number; bookingId: string | null; nowMs: number }
  /** Expired, given back, lost, or taken over by its booking. */
  | { outcome: 'gone' };

/** Whether the hold lives, and until when. Changes nothing. Refuses: `inventory_rebuilding`, `store_unavailable`. */
export async function readHold(client: ScriptClient, hold: HoldRef): Promise<ReadHoldOutcome> {
  const reply = asList(
    await client.run('read-hold', inventoryScriptKeys(hold), [hold.holdId, hold.owner, hold.fence]),
    1,
  );
  const outcome = asText(reply[0]);
  if (outcome === 'gone') return { outcome };
  if (outcome !== 'held') return unknownOutcome('read-hold', outcome);
  return {
    outcome,
    expiresAtMs: asNumber(reply[1]),
    maxExpiresAtMs: asNumber(reply[2]),
    bookingId: asTextOrNull(reply[3]),
    nowMs: asNumber(reply[4]),
  };
}
