import type { SeatState } from '../../contracts/catalogue.ts';
import { asList, asText } from '../reply.ts';
import type { ScriptClient } from '../script-client.ts';
import { asSeats, type InventoryRef, inventoryScriptKeys, unknownOutcome } from './inventory-ref.ts';

/** One change: these seats have this state on legs [from, to), and the zones' free places change by so many on each of them. */
export type InventoryDelta = {
  /** `epoch.n` after it; the one before has n − 1. */
  version: string;
  legs: [number, number];
  seats: number[];
  state: SeatState;
  zones: { zoneId: string; change: number }[];
};

export type ReadDeltasOutcome =
  /** Oldest first, none missing; `version` is the one after the last. MAX_DELTAS of them: there may be more. */
  | { outcome: 'deltas'; version: string; deltas: InventoryDelta[] }
  /** That version is too old, or of another epoch: read a snapshot. */
  | { outcome: 'gone' };

/** Most deltas in one call: about 60 KB. */
export const MAX_DELTAS = 1000;

/** What changed after `since` (`epoch.n`). Changes nothing. Refuses: `inventory_rebuilding`, `store_unavailable`. */
export async function readDeltas(
  client: ScriptClient,
  inventory: InventoryRef,
  since: string,
): Promise<ReadDeltasOutcome> {
  const parts = /^(\d+)\.(\d+)$/.exec(since);
  if (parts === null) return { outcome: 'gone' };
  const [, epoch = '', n = ''] = parts;
  const reply = asList(await client.run('read-deltas', inventoryScriptKeys(inventory), [epoch, n, MAX_DELTAS]), 1);
  const outcome = asText(reply[0]);
  if (outcome === 'gone') return { outcome };
  if (outcome !== 'deltas') return unknownOutcome('read-deltas', outcome);
  return { outcome, version: asText(reply[1]), deltas: reply.slice(2).map((text) => toDelta(epoch, asText(text))) };
}

function toDelta(epoch: string, text: string): InventoryDelta {
  const [n = '', from = '', to = '', state = '', seats = '', zones = ''] = text.split('|');
  return {
    version: `${epoch}.${n}`,
    legs: [Number(from), Number(to)],
    seats: asSeats(seats),
    state: toState(state),
    zones: toChanges(zones),
  };
}

function toChanges(text: string): { zoneId: string; change: number }[] {
  if (text === '') return [];
  return text.split(',').map((part) => {
    const [zoneId = '', change] = part.split('=');
    return { zoneId, change: Number(change) };
  });
}

function toState(text: string): SeatState {
  const state = ([0, 1, 2, 3] as const).find((known) => String(known) === text);
  if (state === undefined) throw new TypeError('a delta has an unknown seat state');
  return state;
}
