import { listDueRevocations, type Revocation } from '../db/queries/revoked-tickets.ts';
import { leaseLanes, listRooms, servedLanes, type RoomRow } from '../db/queries/rooms.ts';
import type { Logger } from '../platform/log.ts';
import { ROOMS_KEY } from '../redis/keys.ts';
import { holdRoom } from '../redis/room/hold-room.ts';
import { addLane, configureRoom } from '../redis/room/configure-room.ts';
import { admit, type Stores } from './admit.ts';
import { keepLeased, LEASE_BLOCK } from './lease.ts';
import { restore } from './restore.ts';
import { revoke } from './revoke.ts';
import { toRoomConfig } from './room-config.ts';

export type Round = Stores & {
  log: Logger;
  /** Adds a room to the index that tells "unknown" from "lost"; its own call, outside the rooms' hash tags. */
  announceRooms(key: string, rooms: string[]): Promise<void>;
  /** Whether any core process has said something lately (admission-worker/core-presence.ts). */
  isCoreThere(): Promise<boolean>;
};

/** Versions that this process has copied to Redis, so that an unchanged room costs no call. */
export type KnownVersions = Map<string, { epoch: number; version: number }>;

/** One round over all rooms, side by side: a room that fails is logged and tried again in the next round. */
export async function runRound(round: Round, known: KnownVersions): Promise<void> {
  const found = await readRooms(round);
  if (found === null) {
    await holdRooms(round, known, 'postgres');
    return;
  }
  const { rooms, revocations } = found;
  await round.announceRooms(
    ROOMS_KEY,
    rooms.map((room) => room.id),
  );
  if (!(await round.isCoreThere())) {
    round.log.error('core has been silent for seconds: nobody is let in');
    for (const room of rooms) await copyConfig(round, room, known);
    await holdRooms(round, known, 'core');
    return;
  }
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

/** Rooms and what is to be taken out of them; null while Postgres is away. */
async function readRooms({ sql, log }: Round): Promise<{ rooms: RoomRow[]; revocations: Revocation[] } | null> {
  try {
    const [rooms, revocations] = await Promise.all([listRooms(sql), listDueRevocations(sql)]);
    return { rooms, revocations };
  } catch (error) {
    log.error({ err: error }, 'Postgres does not answer: nobody is let in');
    return null;
  }
}

/** Rooms that this process has served before; a new one has no board that could say anything. */
async function holdRooms({ scripts }: Round, known: KnownVersions, held: 'core' | 'postgres'): Promise<void> {
  await Promise.all([...known.keys()].map((room) => holdRoom(scripts, room, held)));
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
    // A copy of Redis from within the same second passes for whole, but may hold older settings.
    if (outcome.result.configVersion < room.version) known.delete(room.id);
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
  await beginLanes(round, room);
  const outcome = await configureRoom(round.scripts, room.id, room.epoch, room.version, await toRoomConfig(room));
  if (outcome === 'lost') return false;
  known.set(room.id, { epoch: room.epoch, version: room.version });
  return true;
}

/** Lanes begin before the edge hears of them, or its visitors would be told that there is no such lane. */
async function beginLanes({ sql, scripts }: Stores, room: RoomRow): Promise<void> {
  const leases = await leaseLanes(sql, room.id, servedLanes(room), LEASE_BLOCK);
  for (const [name, leasedTo] of leases)
    await addLane(scripts, room.id, room.epoch, { name, from: leasedTo - LEASE_BLOCK, leasedTo });
}

async function recover(round: Round, room: RoomRow): Promise<void> {
  const epoch = await restore(round, room);
  if (epoch !== null) round.log.warn({ room: room.id, epoch }, 'restored the room under a new epoch');
}
