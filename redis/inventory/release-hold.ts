import { inventoryKeys } from '../keys.ts';
import { asList, asText } from '../reply.ts';
import type { ScriptClient } from '../script-client.ts';
import type { HoldRef } from './hold-ref.ts';
import { inventoryScriptKeys, unknownOutcome } from './inventory-ref.ts';

export type ReleaseHoldOutcome =
  | { outcome: 'released'; version: string }
  /** There was nothing to give back; now there is a tombstone. */
  | { outcome: 'gone' }
  /** A booking is being made, or was made, from it. */
  | { outcome: 'booked'; bookingId: string };

/**
 * Gives a hold back and announces its places as free. Idempotent; until `tombstoneUntilMs` (the receipt's longest end) its
 * receipt places nothing again. Refuses: `inventory_rebuilding`, `store_unavailable`.
 */
export async function releaseHold(
  client: ScriptClient,
  hold: HoldRef,
  tombstoneUntilMs: number,
): Promise<ReleaseHoldOutcome> {
  const names = [...inventoryScriptKeys(hold), inventoryKeys(hold.room, hold.performanceId).released(hold.holdId)];
  const reply = asList(
    await client.run('release-hold', names, [hold.holdId, hold.owner, hold.fence, tombstoneUntilMs]),
    1,
  );
  const outcome = asText(reply[0]);
  switch (outcome) {
    case 'released':
      return { outcome, version: asText(reply[1]) };
    case 'gone':
      return { outcome };
    case 'booked':
      return { outcome, bookingId: asText(reply[1]) };
    default:
      return unknownOutcome('release-hold', outcome);
  }
}
