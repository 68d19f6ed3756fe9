import { HOLD_BEYOND_SESSION_SECONDS, HOLD_EXTENSION_SECONDS, HOLD_RECORD_SECONDS } from '../../contracts/limits.ts';
import { accessKey, inventoryKeys } from '../keys.ts';
import { asList, asNumber, asText } from '../reply.ts';
import { limiterKeys, type RoomLimit } from '../room/room-limit.ts';
import type { ScriptClient } from '../script-client.ts';
import type { HoldRef } from './hold-ref.ts';
import { inventoryScriptKeys, unknownOutcome } from './inventory-ref.ts';

export type ExtendHoldOutcome =
  | { outcome: 'extended'; replayed: boolean; expiresAtMs: number; maxExpiresAtMs: number; nowMs: number }
  /** The hold is gone, pinned for a booking, or as long as it may get. */
  | { outcome: 'refused' };

/**
 * Moves the hold's end by 5 min, at most 20 min after its beginning and 5 min after the session. An Idempotency-Key extends
 * once; `limit` bounds how often the owner may ask, counted in the same step. Refuses: `inventory_rebuilding`, `not_admitted`,
 * `session_ended`, `rate_limited`, `idempotency_key_reused`, `store_unavailable`.
 */
export async function extendHold(
  client: ScriptClient,
  hold: HoldRef,
  request: { idempotencyKey: string; bodyHash: string; limit?: RoomLimit },
): Promise<ExtendHoldOutcome> {
  const keys = inventoryKeys(hold.room, hold.performanceId);
  const names = [
    ...inventoryScriptKeys(hold),
    accessKey(hold.room, hold.owner),
    keys.idempotency(hold.owner, request.idempotencyKey),
    ...limiterKeys(hold.room, request.limit),
  ];
  const [extension, beyond, kept] = [HOLD_EXTENSION_SECONDS, HOLD_BEYOND_SESSION_SECONDS, HOLD_RECORD_SECONDS];
  const args = [
    hold.holdId,
    hold.owner,
    hold.fence,
    extension * 1000,
    beyond * 1000,
    request.bodyHash,
    kept * 1000,
    request.limit?.max ?? '',
    request.limit?.windowMs ?? '',
  ];
  const [outcomeText, expires, max, now] = asList(await client.run('extend-hold', names, args), 1);
  const outcome = asText(outcomeText);
  if (outcome === 'refused') return { outcome };
  if (outcome !== 'extended' && outcome !== 'replayed') return unknownOutcome('extend-hold', outcome);
  return {
    outcome: 'extended',
    replayed: outcome === 'replayed',
    expiresAtMs: asNumber(expires),
    maxExpiresAtMs: asNumber(max),
    nowMs: asNumber(now),
  };
}
