import { listDueRevocations, type Revocation } from '../db/queries/revoked-tickets.ts';
import { listRooms, type RoomRow } from '../db/queries/rooms.ts';
import type { Logger } from '../platform/log.ts';
import { ROOMS_KEY } from '../redis/keys.ts';
import { configureRoom } from '../redis/room/configure-room.ts';
import { admit, type Stores } from './admit.ts';
import { keepLeased } from './lease.ts';
import { restore } from './restore.ts';
import { revoke } from './revoke.ts';
import { toRoomConfig } from './room-config.ts';

export type Round = Stores & {
  log: Logger;
  /** Adds a room to the index that tells "unknown" from "lost"; its own call, outside the rooms' hash tags. */
  announceRooms(key: string, rooms: string[]): Promise<void>;
};

/** Versions that this process has copied to Redis, so that an unchanged room costs no call. */
export type KnownVersions = Map<string, { epoch: number; version: number }>;

/** One round over all rooms, side by side: a room that fails is logged and tried again in the next round. */
export async function runRound(round: Round, known: KnownVersions): Promise<void> {
  const [rooms, revocations] = await Promise.all([listRooms(round.sql), listDueRevocations(round.sql)]);
  await round.announceRooms(
    ROOMS_KEY,
    rooms.map((room) => room.id),
  );
  await Promise.all(
    rooms.map(async (room) => {
      try {
        await serveRoom(round, room, known, revocations);
      } catch (error) {
        round.log.error({ err: error, room: room.id }, 'the tick failed');
      }
    }),
  );
}

/** Ticks that Redis's clock may lie behind the last one before somebody should know. */
const MAX_AHEAD_TICKS = 2;

async function serveRoom(
  round: Round,
  room: RoomRow,
  known: KnownVersions,
  revocations: readonly Revocation[],
): Promise<void> {
  if (!(await copyConfig(round, room, known))) {
    await recover(round, room);
    return;
  }
  await revoke(round, room, revocations);
  const outcome = await admit(round, room);
  if (outcome.status === 'lost') await recover(round, room);
  if (outcome.status === 'skipped' && outcome.aheadTicks > MAX_AHEAD_TICKS) {
    round.log.error(
      { room: room.id, aheadTicks: outcome.aheadTicks },
      'the clock of Redis went back: the room stands still until it is there again',
    );
  }
  if (outcome.status === 'admitted') {
    await keepLeased(round, room, outcome.result);
    if (outcome.result.admitted.length > 0)
      round.log.debug({ room: room.id, admitted: outcome.result.admitted.length }, 'admitted');
  }
}

/** False when Redis has no state of the room's epoch. */
async function copyConfig(round: Round, room: RoomRow, known: KnownVersions): Promise<boolean> {
  const last = known.get(room.id);
  if (last?.epoch === room.epoch && last.version === room.version) return true;
  if (room.epoch === 0) return false;
  const outcome = await configureRoom(round.scripts, room.id, room.epoch, room.version, await toRoomConfig(room));
  if (outcome === 'lost') return false;
  known.set(room.id, { epoch: room.epoch, version: room.version });
  return true;
}

async function recover(round: Round, room: RoomRow): Promise<void> {
  const epoch = await restore(round, room);
  if (epoch !== null) round.log.warn({ room: room.id, epoch }, 'restored the room under a new epoch');
}
