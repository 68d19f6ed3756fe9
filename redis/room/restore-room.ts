import { accessKey, roomKeys } from '../keys.ts';
import { asNumber } from '../reply.ts';
import type { ScriptClient } from '../script-client.ts';
import type { RoomConfigFields } from './configure-room.ts';
import { laneKeyList } from './tick-room.ts';

/** What Postgres knows of a room: enough to go on as if nothing was lost (WAITING-ROOM §5). */
export type RestoreFacts = {
  tick: number;
  opened: boolean;
  config: RoomConfigFields;
  /** Scores as texts with all digits; `counter` starts a block that was leased for this epoch. */
  lanes: {
    name: string;
    counter: number;
    leasedTo: number;
    base: number;
    calledTo: string;
    nearTo: string;
    admittedTo: string;
    lateTo: number;
    show: number;
    /** Tickets that wait but are not in the index: JSON of [from, to, count] (redis/lua/includes/line.lua). */
    lost?: string;
  }[];
  live: [id: string, untilMs: number, kind: 'session' | 'key', lane: string, strikes: number][];
  spent: [id: string, expMs: number][];
  /** Admissions of the last minute, so that the rate holds across a loss. */
  admitted: [atMs: number, count: number][];
};

/** Puts a room into Redis under an epoch that Postgres gave to the caller alone. False when that epoch stands already. */
export async function restoreRoom(
  client: ScriptClient,
  room: string,
  epoch: number,
  facts: RestoreFacts,
): Promise<boolean> {
  const keys = roomKeys(room);
  const names = [keys.config, keys.state, keys.live, keys.spent, keys.facts, keys.ring, keys.board];
  const lanes = facts.lanes.flatMap((lane) => laneKeyList(room, lane.name));
  const reply = await client.run(
    'restore-room',
    [...names, ...lanes],
    [epoch, accessKey(room, ''), JSON.stringify(facts)],
  );
  return asNumber(reply) === 1;
}
