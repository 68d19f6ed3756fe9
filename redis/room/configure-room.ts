import { roomKeys } from '../keys.ts';
import { asNumber } from '../reply.ts';
import type { ScriptClient } from '../script-client.ts';

/** The `config` hash: settings as texts, plus `edge`, the JSON that the edge reads whole (redis/room/room-info.ts). */
export type RoomConfigFields = Record<string, string>;

/** Copies settings when their version is newer. `lost`: Redis has no state of this epoch. */
export async function configureRoom(
  client: ScriptClient,
  room: string,
  epoch: number,
  version: number,
  fields: RoomConfigFields,
): Promise<'written' | 'current' | 'lost'> {
  const keys = roomKeys(room);
  const reply = asNumber(
    await client.run('configure-room', [keys.config, keys.state], [epoch, version, ...Object.entries(fields).flat()]),
  );
  if (reply === -1) return 'lost';
  return reply === 1 ? 'written' : 'current';
}

/** Lets a lane's counter run up to `leasedTo`, which Postgres has leased before. */
export async function extendLease(
  client: ScriptClient,
  room: string,
  epoch: number,
  lane: string,
  leasedTo: number,
): Promise<void> {
  await client.run('extend-lease', [roomKeys(room).state], [epoch, lane, leasedTo]);
}

/** Lets a lane begin with the block of numbers that Postgres has leased to it; harmless for a lane that has begun. */
export async function addLane(
  client: ScriptClient,
  room: string,
  epoch: number,
  lane: { name: string; from: number; leasedTo: number },
): Promise<void> {
  await client.run('add-lane', [roomKeys(room).state], [epoch, lane.name, lane.from, lane.leasedTo]);
}
