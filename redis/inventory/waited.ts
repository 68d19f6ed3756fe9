import { inventoryKeys } from '../keys.ts';
import { asList, asNumber, asText, asTexts } from '../reply.ts';
import type { RedisReply, ScriptClient } from '../script-client.ts';
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
  unknownOutcome,
} from './inventory-ref.ts';

/** A zone that somebody waits for. `number` is that of a waiting entry; `seats` [start, end) of a reserved zone. */
export type WaitedZone = { zoneId: string; number: number; seats?: readonly [number, number] };

/** Places that a hold had when it ended, or that were set aside, for those who wait. */
export type KeptPlaces = { keptId: string; places: Places };

/** Holds ended in one look, and kept ones returned by it at most: some milliseconds of script time each. */
const SWEEP_LIMIT = 500;
const KEPT_LIMIT = 100;

const KEPT = 'kept:';
/** The id under which places are set aside. */
export const newKeptId = (id: string): string => KEPT + id;
/** The hold that something was kept from, or what was set aside for. */
export const holdOfKept = (keptId: string): string => keptId.slice(KEPT.length);

/**
 * Notes zones as waited for: what holds of them have is kept from now on when they end. Also in mid-load. False when there is no
 * inventory: its load notes them. Refuses: `store_unavailable`.
 */
export async function noteWaited(
  client: ScriptClient,
  inventory: InventoryRef,
  zones: readonly WaitedZone[],
): Promise<boolean> {
  const args = zones.flatMap(({ zoneId, number, seats }) => [zoneId, number, seats?.[0] ?? '', seats?.[1] ?? '']);
  return asNumber(await client.run('note-waited', inventoryScriptKeys(inventory), args)) >= 0;
}

/** Takes the note back, unless somebody was noted since `number`. Refuses: `store_unavailable`. */
export async function dropWaited(
  client: ScriptClient,
  inventory: InventoryRef,
  zones: readonly Pick<WaitedZone, 'zoneId' | 'number'>[],
): Promise<void> {
  const args = zones.flatMap(({ zoneId, number }) => [zoneId, number, 'drop', '']);
  await client.run('note-waited', inventoryScriptKeys(inventory), args);
}

/** What is noted and what is kept; ends holds that are over first. Refuses: `inventory_rebuilding`, `store_unavailable`. */
export async function readWaited(
  client: ScriptClient,
  inventory: InventoryRef,
): Promise<{ zones: { zoneId: string; number: number }[]; kept: KeptPlaces[] }> {
  const args = [SWEEP_LIMIT, KEPT_LIMIT];
  const [flags, ...rest] = asList(await client.run('read-waited', inventoryScriptKeys(inventory), args), 1);
  const texts = asTexts(flags);
  const zones = texts.flatMap((zoneId, i) =>
    i % 2 === 0 ? [{ zoneId, number: Number(texts[i + 1]?.split('|')[0]) }] : [],
  );
  const kept: KeptPlaces[] = [];
  for (let i = 0; i < rest.length; i += 5) kept.push(toKept(rest.slice(i, i + 5)));
  return { zones, kept };
}

const toKept = ([id, from, to, seats, zones]: RedisReply[]): KeptPlaces => ({
  keptId: asText(id),
  places: { legs: [asNumber(from), asNumber(to)], seats: asSeats(seats), zones: asZones(zones) },
});

/**
 * Lets go of what was kept. First apply what Postgres has offered of it: only the rest may go free. Idempotent. Refuses:
 * `inventory_rebuilding` (nothing is kept in an inventory that is loaded anew), `store_unavailable`.
 */
export async function releaseKept(
  client: ScriptClient,
  inventory: InventoryRef,
  keptIds: readonly string[],
): Promise<void> {
  await client.run('release-kept', inventoryScriptKeys(inventory), keptIds);
}

/** What is to be set aside: places of general zones, or seats to be chosen. */
export type AsideWish = { legs: Places['legs']; zones: Places['zones']; best: readonly BestWish[] };

/** Keeps free places for those who wait; false when not so many are free, or not together. Refuses as `readWaited`. */
export async function setAside(
  client: ScriptClient,
  inventory: InventoryRef,
  keptId: string,
  { legs, zones, best }: AsideWish,
): Promise<boolean> {
  const places = { legs, zones, seats: [] };
  const [from, to, , wanted] = placesArgs(places);
  const count = countPlaces(places) + best.reduce((sum, { quantity }) => sum + quantity, 0);
  const args = [keptId, from, to, wanted, bestArg(best), count];
  const outcome = asText(asList(await client.run('set-aside', inventoryScriptKeys(inventory), args), 1)[0]);
  if (outcome !== 'kept' && outcome !== 'none') return unknownOutcome('set-aside', outcome);
  return outcome === 'kept';
}

export type AcceptOfferOutcome =
  | { outcome: 'held'; fence: string; expiresAtMs: number; maxExpiresAtMs: number; nowMs: number }
  /** This inventory has not heard of the offer, or it has ended. */
  | { outcome: 'unknown' }
  /** The hold was given back or booked. */
  | { outcome: 'gone' };

/** A hold that is made of an offer. */
export type OfferHold = InventoryRef & {
  offerId: string;
  holdId: string;
  owner: string;
  places: Places;
  lifeMs: number;
};

/**
 * Makes an ordinary hold of an offer's places, or finds the one that was made. When it ends unbooked its places go back to the offer.
 * Refuses: `inventory_rebuilding`, `store_unavailable`.
 */
export async function acceptOffer(client: ScriptClient, hold: OfferHold): Promise<AcceptOfferOutcome> {
  const { offerId, holdId, owner, places, lifeMs } = hold;
  const names = [...inventoryScriptKeys(hold), inventoryKeys(hold.room, hold.performanceId).released(holdId)];
  const args = [holdId, owner, ...placesArgs(places), countPlaces(places), lifeMs, offerId];
  const reply = asList(await client.run('accept-offer', names, args), 1);
  const outcome = asText(reply[0]);
  switch (outcome) {
    case 'held':
      return {
        outcome,
        fence: asText(reply[1]),
        expiresAtMs: asNumber(reply[2]),
        maxExpiresAtMs: asNumber(reply[3]),
        nowMs: asNumber(reply[4]),
      };
    case 'unknown':
    case 'gone':
      return { outcome };
    default:
      return unknownOutcome('accept-offer', outcome);
  }
}
