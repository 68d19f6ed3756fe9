import type { Berth } from '../../contracts/catalogue.ts';
import { inventoryKeys, roomKeys } from '../keys.ts';
import { asText } from '../reply.ts';
import type { RedisReply } from '../script-client.ts';

/** Which inventory a script works on; the room's hash tag puts both into one slot. */
export type InventoryRef = { room: string; performanceId: string };

/** Places of one performance, as scripts take them: legs [from, to), seat indexes, and numbers of places in general zones. */
export type Places = {
  legs: [from: number, to: number];
  seats: number[];
  /** `blockId`: places of an allocation, which are counted apart from the zone's own. */
  zones: { zoneId: string; quantity: number; blockId?: string | undefined }[];
  /** The allocation whose blocked seats may be among `seats`. */
  blockId?: string | undefined;
};

/** Seats of a reserved zone that the script is to choose: side by side in one row, unless they may be split. */
export type BestWish = {
  zoneId: string;
  quantity: number;
  /** Takes accessible seats only; else it takes none of them. */
  accessible: boolean;
  mayBeSplit: boolean;
  /** The row to be near, counted from 1 within the zone. */
  row: number;
  /** The berth to prefer. */
  berth?: Berth | undefined;
};

/** Seats plus places in general zones: what the hold limit counts. */
export const countPlaces = (places: Places): number =>
  places.seats.length + places.zones.reduce((sum, zone) => sum + zone.quantity, 0);

/** KEYS 1–8 of every inventory script, in the order of `includes/inventory.lua`. */
export function inventoryScriptKeys(ref: InventoryRef): string[] {
  const keys = inventoryKeys(ref.room, ref.performanceId);
  const { state } = roomKeys(ref.room);
  return [keys.meta, keys.seats, keys.zones, keys.holds, keys.claims, keys.deltas, keys.bookings, state];
}

/** Places as scripts read them: from, to, seats, zones. Sorted, so that the same wish is always the same text. */
export function placesArgs(places: Places): [number, number, string, string] {
  const zones = places.zones
    .map(({ zoneId, quantity, blockId }) => ({ name: zoneName(zoneId, blockId), quantity }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return [
    ...places.legs,
    places.seats.toSorted((a, b) => a - b).join(','),
    zones.map(({ name, quantity }) => `${name}=${quantity}`).join(','),
  ];
}

/** The name under which scripts count places of a zone, or of an allocation of it. */
export const zoneName = (zoneId: string, blockId?: string | null): string =>
  blockId === undefined || blockId === null ? zoneId : `${zoneId}/${blockId}`;

/** A zone's name taken apart. */
export function splitZoneName(name: string): { zoneId: string; blockId?: string } {
  const [zoneId = '', blockId] = name.split('/');
  return blockId === undefined ? { zoneId } : { zoneId, blockId };
}

/** A script's list of places ('zone=2,zone/block=1'). */
export const asZones = (reply: RedisReply | undefined): Places['zones'] => {
  const text = asText(reply);
  if (text === '') return [];
  return text.split(',').map((part) => {
    const [name = '', quantity] = part.split('=');
    return { ...splitZoneName(name), quantity: Number(quantity) };
  });
};

/** One letter for each kind of berth. */
export const BERTH_LETTERS: Record<Berth, string> = {
  lower: 'l',
  middle: 'm',
  upper: 'u',
  'side-lower': 's',
  'side-upper': 't',
};

/** Wishes for best available as place-hold reads them. */
export const bestArg = (wishes: readonly BestWish[]): string =>
  wishes
    .map(({ zoneId, quantity, accessible, mayBeSplit, row, berth }) =>
      [
        zoneId,
        quantity,
        accessible ? 'a' : 'o',
        mayBeSplit ? '+' : '-',
        row,
        berth === undefined ? '' : BERTH_LETTERS[berth],
      ].join('='),
    )
    .join(',');

/** A script's list of seats ('3,17'). */
export const asSeats = (reply: RedisReply | undefined): number[] => {
  const text = asText(reply);
  return text === '' ? [] : text.split(',').map(Number);
};

/** For an outcome that is none of the script's: the script and its reader have drifted apart. */
export function unknownOutcome(script: string, outcome: string): never {
  throw new TypeError(`${script} replied with ${outcome}`);
}
