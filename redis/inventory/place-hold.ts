import {
  HOLD_BEYOND_SESSION_SECONDS,
  HOLD_MAX_SECONDS,
  HOLD_TTL_SECONDS,
  HOLD_RECORD_SECONDS,
} from '../../contracts/limits.ts';
import { accessKey, inventoryKeys, roomKeys, roomLimiterKey } from '../keys.ts';
import { asNumber, asText } from '../reply.ts';
import type { RoomLimit } from '../room/room-limit.ts';
import type { OneOfMany, RedisReply, ScriptClient } from '../script-client.ts';
import { askApart, askTogether } from './ask-together.ts';
import { limitSubject } from './hold-ref.ts';
import {
  asSeats,
  asZones,
  bestArg,
  type BestWish,
  countPlaces,
  type InventoryRef,
  inventoryScriptKeys,
  type Places,
  placesArgs,
  splitZoneName,
  unknownOutcome,
} from './inventory-ref.ts';

export type HoldWish = InventoryRef & {
  /** A new id; it is used unless the same wish is already held or the key was answered before. */
  holdId: string;
  /** The pass subject: the ticket id. */
  owner: string;
  /** Hash of the identity, where the pass carries one: two passes of one identity share the hold limit. */
  identity?: string | undefined;
  places: Places;
  /** Seats to choose beside those of `places`. */
  best?: readonly BestWish[];
  /** Hash of the code of an allocation whose places it may have (contracts/blocks.ts). */
  codeHash?: string | undefined;
  idempotencyKey: string;
  bodyHash: string;
  /** Bounds how often the owner may ask; counted in the same step, replays included. */
  limit?: RoomLimit;
};

/** A hold as Redis keeps it; times are Redis ms. `fence` and `version` are `epoch.n`. */
export type PlacedHold = {
  holdId: string;
  fence: string;
  expiresAtMs: number;
  maxExpiresAtMs: number;
  version: string;
  nowMs: number;
  /** All its seats, ascending: those that were named and those that were chosen. */
  seats: number[];
  /** What of it is of an allocation: some of its seats; and all its places in general zones, each with its `blockId` or none. */
  blockId: string | undefined;
  blockSeats: number[];
  zones: Places['zones'];
};

export type PlaceHoldOutcome =
  /** `replayed`: this Idempotency-Key was answered before, and this is that answer. */
  | { outcome: 'placed'; replayed: boolean; hold: PlacedHold }
  | { outcome: 'limit_reached'; limit: number; held: number }
  | { outcome: 'seats_unavailable'; seats: number[] }
  /** `together`, for best available: how many of those available are side by side. */
  | { outcome: 'zone_sold_out'; zoneId: string; available: number; together?: number };

/**
 * Holds all places or none, atomically, for the owner of a live access key: 10 min, never beyond 5 min after the session.
 * Who asks again for exactly what they hold gets the same hold. Refuses: `inventory_rebuilding`, `not_admitted`,
 * `session_ended`, `rate_limited`, `idempotency_key_reused`, `code_invalid` (no allocation has that code), `store_unavailable`.
 */
export async function placeHold(client: ScriptClient, wish: HoldWish): Promise<PlaceHoldOutcome> {
  const keys = inventoryKeys(wish.room, wish.performanceId);
  const best = wish.best ?? [];
  const request: OneOfMany = {
    script: 'place-hold',
    shared: { keys: [...inventoryScriptKeys(wish), roomKeys(wish.room).config], args: LIVES_MS },
    keys: [
      accessKey(wish.room, wish.owner),
      keys.owner(limitSubject(wish)),
      keys.idempotency(wish.owner, wish.idempotencyKey),
      roomLimiterKey(wish.room, wish.limit?.name ?? '', wish.limit?.subject ?? ''),
    ],
    args: [
      wish.holdId,
      wish.owner,
      ...placesArgs(wish.places),
      countPlaces(wish.places) + best.reduce((sum, { quantity }) => sum + quantity, 0),
      wish.bodyHash,
      limitSubject(wish),
      bestArg(best),
      wish.codeHash ?? '',
      wish.limit?.max ?? '',
      wish.limit?.windowMs ?? '',
    ],
  };
  // To look for seats that are best takes a thousand times as long as to take those that are named.
  return toOutcome(await (best.length > 0 ? askApart : askTogether)(client, request));
}

const LIVES_MS = [HOLD_TTL_SECONDS, HOLD_BEYOND_SESSION_SECONDS, HOLD_MAX_SECONDS, HOLD_RECORD_SECONDS].map(
  (seconds) => seconds * 1000,
);

function toOutcome(reply: RedisReply[]): PlaceHoldOutcome {
  const outcome = asText(reply[0]);
  switch (outcome) {
    case 'placed':
    case 'replayed':
      return { outcome: 'placed', replayed: outcome === 'replayed', hold: toHold(reply) };
    case 'limit_reached':
      return { outcome, limit: asNumber(reply[1]), held: asNumber(reply[2]) };
    case 'seats_unavailable':
      return { outcome, seats: asSeats(reply[1]) };
    case 'zone_sold_out':
      return {
        outcome,
        zoneId: splitZoneName(asText(reply[1])).zoneId,
        available: asNumber(reply[2]),
        ...(reply[3] === undefined ? {} : { together: asNumber(reply[3]) }),
      };
    default:
      return unknownOutcome('place-hold', outcome);
  }
}

const toHold = ([, holdId, fence, expires, max, version, now, seats, block, own, zones]: RedisReply[]): PlacedHold => ({
  holdId: asText(holdId),
  fence: asText(fence),
  expiresAtMs: asNumber(expires),
  maxExpiresAtMs: asNumber(max),
  version: asText(version),
  nowMs: asNumber(now),
  seats: asSeats(seats),
  blockId: asText(block) === '' ? undefined : asText(block),
  blockSeats: asSeats(own),
  zones: asZones(zones),
});
