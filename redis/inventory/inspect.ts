import type { SeatState } from '../../contracts/catalogue.ts';
import { asList, asNumber, asText, asTexts } from '../reply.ts';
import type { RedisReply, ScriptClient } from '../script-client.ts';
import { type InventoryRef, inventoryScriptKeys } from './inventory-ref.ts';

/** Seats that one call looks at: about a millisecond of script time. */
export const INSPECT_SEATS = 1000;
/** Bookings that one call looks at. */
export const INSPECT_BOOKINGS = 200;

/**
 * A cell that is not plainly free. `holder` is `b<booking id>`, `h<hold id>` or '' for nobody; `block` the block it is a seat of, or '';
 * `idle` its state while nobody has it.
 */
export type InspectedCell = {
  leg: number;
  seat: number;
  state: SeatState;
  holder: string;
  holdLives: boolean;
  block: string;
  idle: SeatState;
};

/** What stands at seats [first, end) on all legs, as of `version`. Refuses: `inventory_rebuilding`, `store_unavailable`. */
export async function inspectCells(
  client: ScriptClient,
  inventory: InventoryRef,
  [first, end]: readonly [number, number],
): Promise<{ version: string; cells: InspectedCell[] }> {
  const [version, ...rest] = asList(await client.run('inspect-cells', inventoryScriptKeys(inventory), [first, end]), 1);
  const cells: InspectedCell[] = [];
  for (let i = 0; i < rest.length; i += 7) {
    const [leg, seat, state, holder, lives, block, idle] = rest.slice(i, i + 7);
    cells.push({
      leg: asNumber(leg),
      seat: asNumber(seat),
      state: toState(asNumber(state)),
      holder: asText(holder),
      holdLives: asNumber(lives) === 1,
      block: asText(block),
      idle: toState(asNumber(idle)),
    });
  }
  return { version: asText(version), cells };
}

/**
 * What the inventory says of bookings: of those asked for ('' = not known), and a page of all that it knows when there is a cursor
 * ('0' begins). Refuses: `inventory_rebuilding`, `store_unavailable`.
 */
export async function inspectBookings(
  client: ScriptClient,
  inventory: InventoryRef,
  { cursor = '', ids = [] }: { cursor?: string; ids?: readonly string[] },
): Promise<{ version: string; next: string | null; scanned: string[]; known: Map<string, string> }> {
  const args = [cursor, INSPECT_BOOKINGS, ...ids];
  const reply = asList(await client.run('inspect-bookings', inventoryScriptKeys(inventory), args), 3 + ids.length);
  const [version, next, scanned, ...known] = reply;
  return {
    version: asText(version),
    next: asText(next) === '0' ? null : asText(next),
    scanned: asTexts(scanned),
    known: new Map(ids.map((id, i) => [id, asText(known[i])])),
  };
}

/**
 * Free places by zone and leg (`zone/block`: an allocation's), what holds have of them, and which of the bookings asked for are applied; as
 * of `version`.
 */
export type InspectedZones = {
  version: string;
  free: { zoneId: string; leg: number; free: number }[];
  held: { legs: [number, number]; zoneId: string; quantity: number }[];
  applied: Set<string>;
};

/** The counters of general zones. Refuses: `inventory_rebuilding`, `store_unavailable`. */
export async function inspectZones(
  client: ScriptClient,
  inventory: InventoryRef,
  bookingIds: readonly string[],
): Promise<InspectedZones> {
  const reply = asList(await client.run('inspect-zones', inventoryScriptKeys(inventory), bookingIds), 4);
  const [version, free, held, applied] = reply;
  return {
    version: asText(version),
    free: chunks(asList(free), 2).map(([name, places]) => {
      const [zoneId = '', leg] = asText(name).split(':');
      return { zoneId, leg: Number(leg), free: asNumber(places) };
    }),
    held: chunks(asList(held), 3).flatMap(([from, to, zones]) =>
      asText(zones)
        .split(',')
        .map((wish) => {
          const [zoneId = '', quantity] = wish.split('=');
          return { legs: [asNumber(from), asNumber(to)] as [number, number], zoneId, quantity: Number(quantity) };
        }),
    ),
    applied: new Set(asTexts(applied)),
  };
}

const chunks = (list: RedisReply[], size: number): RedisReply[][] =>
  Array.from({ length: Math.ceil(list.length / size) }, (_, i) => list.slice(i * size, (i + 1) * size));

const toState = (bits: number): SeatState => (bits === 1 || bits === 2 || bits === 3 ? bits : 0);
