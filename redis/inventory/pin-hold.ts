import { inventoryKeys, roomKeys } from '../keys.ts';
import { asNumber, asText } from '../reply.ts';
import type { ScriptClient } from '../script-client.ts';
import { askTogether } from './ask-together.ts';
import { limitSubject, type HoldRef } from './hold-ref.ts';
import { asSeats, countPlaces, inventoryScriptKeys, type Places, placesArgs, unknownOutcome } from './inventory-ref.ts';

/** A request under way: who asks, with which Idempotency-Key. */
export type InFlight = { caller: string; key: string };

export type PinRequest = HoldRef & {
  /** As the receipt has it: whose limit counts when the places are taken again. */
  identity?: string | undefined;
  /** What the receipt says was held: placed again when Redis no longer has the hold. */
  places: Places;
  /** End of the receipt and its longest end, ms. */
  expiresAtMs: number;
  maxExpiresAtMs: number;
  bookingId: string;
  /** How long the pin lasts, ms; its end is Redis's time, so that no clock of ours moves it. */
  pinMs: number;
  /** Marks the request as under way for `ttlMs`, longer than any statement may take. */
  inFlight?: InFlight & { ttlMs: number };
};

export type PinHoldOutcome =
  /** `replaced`: the hold was gone and its places were taken again. */
  | { outcome: 'pinned'; untilMs: number; version: string; replaced: boolean }
  /** The same Idempotency-Key is being worked on. */
  | { outcome: 'in_flight' }
  /** Gone, and these seats are taken (none named: given back, another hold's fence, or a general zone is full). */
  | { outcome: 'hold_lost'; seats: number[] }
  | { outcome: 'limit_reached'; limit: number };

/**
 * Keeps the hold's places for `pinMs` for a booking that is about to be committed, placing them again when Redis lost
 * them. May be repeated, also with another booking id: that a hold makes one booking is Postgres's to say. Undo it with
 * `unpinHold`. Refuses: `inventory_rebuilding`, `store_unavailable`.
 */
export async function pinHold(client: ScriptClient, pin: PinRequest): Promise<PinHoldOutcome> {
  const keys = inventoryKeys(pin.room, pin.performanceId);
  const reply = await askTogether(client, {
    script: 'pin-hold',
    shared: { keys: [...inventoryScriptKeys(pin), roomKeys(pin.room).config], args: [] },
    keys: [
      keys.owner(limitSubject(pin)),
      keys.released(pin.holdId),
      keys.inFlight(pin.inFlight?.caller ?? '', pin.inFlight?.key ?? ''),
    ],
    args: [
      pin.holdId,
      pin.owner,
      ...placesArgs(pin.places),
      countPlaces(pin.places),
      pin.fence,
      pin.maxExpiresAtMs,
      pin.expiresAtMs,
      pin.bookingId,
      pin.pinMs,
      pin.inFlight?.ttlMs ?? 0,
      limitSubject(pin),
      pin.places.blockId ?? '',
    ],
  });
  const outcome = asText(reply[0]);
  switch (outcome) {
    case 'pinned':
      return { outcome, untilMs: asNumber(reply[1]), version: asText(reply[2]), replaced: asNumber(reply[3]) === 1 };
    case 'in_flight':
      return { outcome };
    case 'hold_lost':
      return { outcome, seats: asSeats(reply[1]) };
    case 'limit_reached':
      return { outcome, limit: asNumber(reply[1]) };
    default:
      return unknownOutcome('pin-hold', outcome);
  }
}
